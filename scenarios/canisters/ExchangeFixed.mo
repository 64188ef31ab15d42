// The exchange without the mistake: credit is taken before the call, and given back if it fails.
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
    Map.add(credits, Principal.compare, caller, credit(caller) - amount : Nat);
    try {
      await bank.pay(caller, amount);
      true
    } catch (_) {
      Map.add(credits, Principal.compare, caller, credit(caller) + amount);
      false
    }
  };
}
