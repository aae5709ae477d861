namespace UserStore.Schema;

/// <summary>Lists the requests that each part of the library sends to each table.</summary>
internal sealed class PolicyStatements(UserStoreSchema schema, UserStorePolicyOptions options)
{
    private readonly string _arn = $"arn:{options.Partition}:dynamodb:{options.Region}:{options.AccountId}:table/";

    public IEnumerable<PolicyStatement> For(UserStoreRole role)
    {
        IEnumerable<PolicyStatement> statements = role switch
        {
            UserStoreRole.ReadOnly => Store(mayWrite: false, mayCreate: false).Concat(JournalForHealth()),
            UserStoreRole.ReadWrite => Store(mayWrite: true, mayCreate: false).Concat(JournalForHealth()),
            UserStoreRole.Migrations => Store(mayWrite: true, mayCreate: true)
                .Concat(Migrations(options.Migrations!)).Concat(options.Replications.SelectMany(TablesOfReplication)),
            UserStoreRole.Privacy => Privacy(),
            _ => Source().Concat(options.Replications.SelectMany(Replication)),
        };
        return statements.Where(statement => statement.Resources.Count > 0);
    }

    private IEnumerable<PolicyStatement> Store(bool mayWrite, bool mayCreate)
    {
        IEnumerable<string> read = ["BatchGetItem", "DescribeTable", "GetItem", "Scan"];
        IEnumerable<string> query = schema.Users.SortKey is null ? [] : ["Query"]; // of a partition of the table itself
        IEnumerable<string> write = [.. schema.Reservations is null ? Array.Empty<string>() : ["ConditionCheckItem"], "DeleteItem", "PutItem", "UpdateItem"];
        yield return Statement(
            "Users",
            [schema.Users.Name],
            [
                .. read, .. query, .. mayWrite ? write : [], .. mayCreate ? Creation(schema.Users) : [], .. Health(schema.Users),
            ]);
        yield return OnIndexes("UsersIndexes", schema.Users);
        if (schema.Reservations is not null)
        {
            yield return OnIndexes("ReservationsIndexes", schema.Reservations);
            yield return Statement(
                "Reservations",
                [schema.Reservations.Name],
                [
                    .. read, .. mayWrite ? ["DeleteItem", "PutItem"] : Array.Empty<string>(), .. mayCreate ? Creation(schema.Reservations) : [],
                    .. Health(schema.Reservations),
                ]);
        }

        if (schema.Tombstones is { } tombstones)
        {
            yield return Statement(
                "Tombstones",
                [tombstones.Name],
                [
                    "DescribeTable", "Scan", .. mayWrite ? ["ConditionCheckItem"] : Array.Empty<string>(),
                    .. mayCreate ? ["BatchGetItem", .. Creation(tombstones)] : Array.Empty<string>(),
                    .. Health(tombstones),
                ]);
        }

        if (schema.DataKeys is not null)
        {
            yield return Statement(
                "DataKeys",
                [schema.DataKeys.Name],
                [
                    "BatchGetItem", "DescribeContinuousBackups", "DescribeTable", "GetItem", "Scan",
                    .. mayWrite ? ["ConditionCheckItem", "DeleteItem", "PutItem"] : Array.Empty<string>(),
                    .. mayCreate ? Creation(schema.DataKeys) : [], .. Health(schema.DataKeys),
                ]);
        }
    }

    private PolicyStatement OnIndexes(string sid, TableDefinition table)
        => Statement(sid, table.Indexes.Select(index => $"{table.Name}/index/{index.Name}"), ["Query"]);

    // What the health check reads besides the description of the table.
    private static IEnumerable<string> Health(TableDefinition table)
    {
        if (table.TimeToLiveAttribute is not null)
            yield return "DescribeTimeToLive";
        if (table.PointInTimeRecovery)
            yield return "DescribeContinuousBackups";
        if (table.Tags.Count > 0)
            yield return "ListTagsOfResource";
    }

    private IEnumerable<PolicyStatement> JournalForHealth()
        => options.Migrations is null ? [] : [Statement("MigrationJournal", [options.Migrations.Journal.Name], ["DescribeTable", "Scan"])];

    private IEnumerable<PolicyStatement> Migrations(MigrationDefinition tables) =>
    [
        Statement("MigrationJournal", [tables.Journal.Name], ["PutItem", "Scan", .. Creation(tables.Journal)]),
        Statement(
            "MigrationLock",
            [tables.Lock.Name],
            ["ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Scan", "UpdateItem", .. Creation(tables.Lock)]),
        Statement("TakenOver", options.ImportedTables, ["DescribeTable", "GetItem", "Scan"]),
    ];

    private IEnumerable<PolicyStatement> TablesOfReplication(ReplicationDefinition replication, int number) =>
    [
        Statement($"Target{number + 1}", [replication.Target.Name], Creation(replication.Target)),
        Statement($"Guards{number + 1}", [replication.Guards.Name], Creation(replication.Guards)),
    ];

    private IEnumerable<PolicyStatement> Source() =>
    [
        Statement(
            "Users",
            [schema.Users.Name],
            ["BatchGetItem", "DescribeTable", "GetItem", "Scan", .. options.ReservationCleanup ? ["ConditionCheckItem", "DeleteItem"] : Array.Empty<string>()]),
        Statement("Reservations", options.ReservationCleanup ? NameOf(schema.Reservations) : [], ["DeleteItem", "DescribeTable", "GetItem"]),
        Statement("Tombstones", NameOf(schema.Tombstones), ["BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem"]),
        Statement(
            "DataKeys",
            NameOf(schema.DataKeys),
            ["BatchGetItem", "DescribeTable", "GetItem", .. options.ReservationCleanup ? ["DeleteItem"] : Array.Empty<string>()]),
        Statement("UsersStream", [$"{schema.Users.Name}/stream/*"], ["DescribeStream", "GetRecords", "GetShardIterator"]),
        new PolicyStatement("Streams", ["ListStreams"], ["*"]),
    ];

    private IEnumerable<PolicyStatement> Replication(ReplicationDefinition replication, int number)
    {
        string[] actions = ["BatchGetItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Scan"];
        return
        [
            Statement($"Target{number + 1}", [replication.Target.Name], actions),
            Statement($"Guards{number + 1}", [replication.Guards.Name], actions.Where(action => action != "DeleteItem" || schema.Tombstones is not null)),
        ];
    }

    // Besides the requests, what finds out which table is missing.
    private IEnumerable<PolicyStatement> Privacy()
    {
        string[] erase = ["DeleteItem", "DescribeTable", "GetItem", "Scan"];
        yield return Statement("Users", [schema.Users.Name], [.. erase, "ConditionCheckItem", "PutItem", "UpdateItem"]);
        yield return Statement("Reservations", NameOf(schema.Reservations), ["BatchGetItem", "DeleteItem", "DescribeTable", "Scan"]);
        yield return Statement("Tombstones", NameOf(schema.Tombstones), ["BatchGetItem", "DescribeTable", "GetItem", "PutItem", "Scan"]);
        yield return Statement("DataKeys", NameOf(schema.DataKeys), ["BatchGetItem", "DeleteItem", "DescribeTable", "GetItem"]);
        yield return Statement("MigrationLock", NameOf(options.Migrations?.Lock), ["DeleteItem", "DescribeTable", "Scan"]);
        foreach ((int number, ReplicationDefinition replication) in options.Replications.Index())
        {
            yield return Statement($"Target{number + 1}", [replication.Target.Name], erase);
            yield return Statement($"Guards{number + 1}", [replication.Guards.Name], [.. erase, "ConditionCheckItem"]);
        }
    }

    private static IEnumerable<string> NameOf(TableDefinition? table) => table is null ? [] : [table.Name];

    private IEnumerable<string> Creation(TableDefinition table)
    {
        yield return "CreateTable";
        yield return "DescribeTable";
        if (table.Indexes.Count > 0 || table.StreamViewType != TableStreamViewType.None || HasUpdatedSettings(table))
            yield return "UpdateTable";
        if (table.Tags.Count > 0)
        {
            yield return "ListTagsOfResource";
            yield return "TagResource"; // also to create a table with tags
        }

        if (table.TimeToLiveAttribute is not null)
        {
            yield return "DescribeTimeToLive";
            yield return "UpdateTimeToLive";
        }

        if (table.PointInTimeRecovery)
        {
            yield return "DescribeContinuousBackups";
            yield return "UpdateContinuousBackups";
        }

        if (options.AllowTableDeletion)
            yield return "DeleteTable";
    }

    private static bool HasUpdatedSettings(TableDefinition table) => table.DeletionProtection || table.EncryptionKey is not null
        || table.TableClass is not null || (table.MaxReadRequestUnits ?? table.MaxWriteRequestUnits) is not null
        || (table.WarmReadUnitsPerSecond ?? table.WarmWriteUnitsPerSecond) is not null;

    private PolicyStatement Statement(string sid, IEnumerable<string> names, IEnumerable<string> actions) => new(
        sid, [.. actions.Distinct().Order(StringComparer.Ordinal)], [.. names.Select(name => _arn + name)]);
}

/// <summary>A statement that allows actions, without the name of the service, on resources.</summary>
internal sealed record PolicyStatement(string Sid, IReadOnlyList<string> Actions, IReadOnlyList<string> Resources);
