using Amazon.DynamoDBv2;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>What migrations are run against: a store with its tables and journal, or, for tests, a journal in memory and no
/// tables.</summary>
/// <param name="Store">The store.</param>
/// <param name="Journal">The journal.</param>
/// <param name="Client">The client of the tables; null in memory.</param>
internal sealed record MigrationTarget(MigrationStoreAccess Store, IMigrationJournal Journal, IAmazonDynamoDB? Client)
{
    /// <summary>Gets what takes the requests of migrations where there are no tables.</summary>
    public Recorder? InMemory { get; } = Client is null ? new Recorder(inner: null) : null;
}
