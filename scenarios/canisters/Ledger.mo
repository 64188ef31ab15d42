// A ledger: who was paid how much.
import Map "mo:core/Map";
import Principal "mo:core/Principal";

persistent actor Ledger {
  let paidTo = Map.empty<Principal, Nat>();

  func of(client : Principal) : Nat {
    switch (Map.get(paidTo, Principal.compare, client)) { case (?sum) sum; case null 0 }
  };

  public func pay(client : Principal, amount : Nat) : async () {
    Map.add(paidTo, Principal.compare, client, of(client) + amount)
  };

  public query func paid(client : Principal) : async Nat { of(client) };
}
