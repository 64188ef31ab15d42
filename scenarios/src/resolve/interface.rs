//! The Candid interface a module carries in its metadata.

use candid::TypeEnv;
use candid::types::Type;
use candid_parser::syntax::{IDLInitArgs, IDLProg};
use candid_parser::typing::{check_init_args, check_prog};
use sim_core::runtime::Program;

/// The declared types of an argument list.
pub(super) struct Signature {
    /// The types that names stand for.
    pub(super) environment: TypeEnv,
    /// One for each argument.
    pub(super) types: Vec<Type>,
}

/// The declared types of a method's arguments, from the section `candid:service`; `None` if the
/// module declares none that can be read.
pub(super) fn of_method(program: &dyn Program, method: &str) -> Option<Signature> {
    let (environment, service) = service(program)?;
    let types = environment.get_method(&service, method).ok()?.args.clone();
    Some(Signature { environment, types })
}

/// The declared types of the install argument, from the section `candid:args`.
pub(super) fn of_init(program: &dyn Program) -> Option<Signature> {
    let text = std::str::from_utf8(program.metadata("candid:args")?).ok()?;
    let arguments: IDLInitArgs = text.parse().ok()?;
    let (declared, _) = service(program).unwrap_or_else(|| (TypeEnv::new(), unit()));
    let mut environment = TypeEnv::new();
    let types = check_init_args(&mut environment, &declared, &arguments).ok()?;
    Some(Signature { environment, types })
}

/// Whether the text of a `.did` file declares a service, or what is wrong with it.
pub(super) fn is_service(text: &str) -> Result<(), String> {
    let declarations: IDLProg = text.parse().map_err(|error| format!("{error}"))?;
    let service = check_prog(&mut TypeEnv::new(), &declarations);
    match service.map_err(|error| error.to_string())? {
        Some(_) => Ok(()),
        None => Err("expected `service : { … }` after its types".to_owned()),
    }
}

fn service(program: &dyn Program) -> Option<(TypeEnv, Type)> {
    let text = std::str::from_utf8(program.metadata("candid:service")?).ok()?;
    let declarations: IDLProg = text.parse().ok()?;
    let mut environment = TypeEnv::new();
    let service = check_prog(&mut environment, &declarations).ok()??;
    Some((environment, service))
}

fn unit() -> Type {
    candid::types::TypeInner::Null.into()
}
