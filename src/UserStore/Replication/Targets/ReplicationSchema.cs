using Amazon.DynamoDBv2;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.Replication.Targets;

/// <summary>Represents the tables of one replication: the source, the target that the annotated view defines, and the guards.</summary>
internal sealed class ReplicationSchema
{
    private const string GuardsSuffix = "Guards";
    private const string ReplicatingTransactions = "replication writes the target and its guards in transactions. Use tables in one Region, or with "
        + "multi-Region eventual consistency.";

    // A stream keeps its records for 24 hours.
    private static readonly TimeSpan MinRetention = TimeSpan.FromDays(2);
    private static readonly TimeSpan MaxRetention = TimeSpan.FromDays(365);

    public ReplicationSchema(StoreSchema source, ViewModel view, UserReplicationOptions options)
    {
        if (view.Properties.FirstOrDefault(property => property.AttributeName == TargetItem.SourceAttribute) is { } taken)
        {
            throw new InvalidOperationException(
                $"The view type {view.Type.FullName} maps {taken.Name} to '{TargetItem.SourceAttribute}', which is reserved for replication.");
        }

        (Source, View) = (source, view);
        (string target, string guards) = TablesOf(view, options);
        Target = new TableSchema(
            source.Options.TableNamePrefix + target,
            KeyAttribute.Of(view.PartitionKey),
            [.. view.Indexes.Values.Select(index => IndexSchema.Of(index, source.Options))],
            source.Options)
        {
            SortKey = view.SortKey is null ? null : KeyAttribute.Of(view.SortKey),
            Transactions = ReplicatingTransactions,
        };
        Guards = new TableSchema(
            source.Options.TableNamePrefix + guards,
            new KeyAttribute(Guard.UserIdName, ScalarAttributeType.S),
            [],
            source.Options)
        {
            TimeToLiveAttribute = Guard.ExpiresAtName,
            Transactions = ReplicatingTransactions,
        };
    }

    public StoreSchema Source { get; }

    public ViewModel View { get; }

    public TableSchema Target { get; }

    public TableSchema Guards { get; }

    /// <summary>Gets the tables that replication writes.</summary>
    public TableSchema[] Written => [Target, Guards];

    /// <summary>Validates options. Each message contains the value and the allowed values.</summary>
    public static IEnumerable<string> Validate(StoreSchema source, ViewModel view, UserReplicationOptions options)
    {
        (string target, string guards) = TablesOf(view, options);
        string prefix = source.Options.TableNamePrefix;
        foreach ((string property, string table) in new[] { ("TargetTable", target), ("GuardTable", guards) })
        {
            if (!ResourceName.IsValid(prefix + table))
                yield return $"TableNamePrefix and {property} make the table name '{prefix}{table}', but it must have {ResourceName.Rule}.";
        }

        if (target == guards || source.Tables.Any(table => table.TableName == prefix + target || table.TableName == prefix + guards))
            yield return $"TargetTable is '{target}' and GuardTable '{guards}', but both must differ from each other and from the tables of the store.";
        if (options.RemovedUserRetention < MinRetention || options.RemovedUserRetention > MaxRetention)
            yield return $"RemovedUserRetention is {options.RemovedUserRetention}, but must be between 2 and 365 days.";
    }

    /// <summary>Returns the names of the tables, without the prefix.</summary>
    public static (string Target, string Guards) TablesOf(ViewModel view, UserReplicationOptions options)
    {
        string target = options.TargetTable ?? view.DefaultTableName;
        return (target, options.GuardTable ?? target + GuardsSuffix);
    }
}
