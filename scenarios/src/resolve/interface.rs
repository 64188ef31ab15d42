//! The Candid interface a module carries in its metadata.

use crate::expect::value::Labels;
use candid::TypeEnv;
use candid::types::{Label, Type, TypeInner};
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

/// The names of the fields that a module declares, by their hashes.
pub(super) fn labels(program: &dyn Program) -> Labels {
    let mut labels = Labels::new();
    if let Some((environment, service)) = service(program) {
        environment.0.values().for_each(|declared| collect(declared, &mut labels));
        collect(&service, &mut labels);
    }
    labels
}

fn collect(declared: &Type, labels: &mut Labels) {
    match declared.as_ref() {
        TypeInner::Opt(inner) | TypeInner::Vec(inner) => collect(inner, labels),
        TypeInner::Record(fields) | TypeInner::Variant(fields) => {
            for field in fields {
                if let Label::Named(name) = field.id.as_ref() {
                    labels.insert(field.id.get_id(), name.clone());
                }
                collect(&field.ty, labels);
            }
        }
        TypeInner::Func(function) => {
            function.args.iter().chain(&function.rets).for_each(|inner| collect(inner, labels));
        }
        TypeInner::Service(methods) => {
            methods.iter().for_each(|(_, method)| collect(method, labels));
        }
        TypeInner::Class(_, service) => collect(service, labels),
        _ => {}
    }
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
