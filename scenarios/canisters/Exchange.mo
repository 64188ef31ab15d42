// A token exchange with a mistake: clients have credit here and can have it paid out by a ledger.
import Map "mo:core/Map";
import Principal "mo:core/Principal";

persistent actor class Exchange(ledger : Principal) {
  let credits = Map.empty<Principal, Nat>();
  transient let bank : actor { pay : (Principal, Nat) -> async () } = actor (Principal.toText(ledger));

  func credit(client : Principal) : Nat {
    switch (Map.get(credits, Principal.compare, client)) { case (?sum) sum; case null 0 }
  };

  public shared ({ caller }) func deposit(amount : Nat) : async () {
    Map.add(credits, Principal.compare, caller, credit(caller) + amount)
  };

  public shared ({ caller }) func withdraw(amount : Nat) : async Bool {
    if (credit(caller) < amount) return false;
    await bank.pay(caller, amount);
    let left = credit(caller);
    Map.add(credits, Principal.compare, caller, if (left < amount) 0 else left - amount : Nat);
    true
  };
}
