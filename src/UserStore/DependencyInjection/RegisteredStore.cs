using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.DependencyInjection;

/// <summary>Represents a registered store, with its user type as key.</summary>
/// <param name="Connection">The connection; null for an in-memory store, which has no tables.</param>
/// <param name="Schema">The tables.</param>
internal sealed record RegisteredStore(StoreConnection? Connection, StoreSchema Schema);
