using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Tables;

/// <summary>Represents the settings of a store's tables that do not change what they store: protection, encryption, cost and throughput. Settings that
/// the options leave open are not read and not changed.</summary>
/// <param name="options">The options of the store.</param>
/// <param name="mayHaveBackups">Whether the table may be backed up.</param>
internal sealed class TableSettings(UserStoreOptions options, bool mayHaveBackups = true)
{
    /// <summary>The alias of the key that AWS manages for DynamoDB in each account.</summary>
    public const string ManagedKey = "alias/aws/dynamodb";

    public UserStoreOptions Options => options;

    public bool MayHaveBackups => mayHaveBackups;

    public bool PointInTimeRecovery => mayHaveBackups && options.PointInTimeRecovery;

    public int? PointInTimeRecoveryDays => mayHaveBackups ? options.PointInTimeRecoveryDays : null;

    public OnDemandThroughput? Maximum => (options.MaxReadRequestUnits, options.MaxWriteRequestUnits) is (null, null) ? null : new OnDemandThroughput
    {
        MaxReadRequestUnits = options.MaxReadRequestUnits,
        MaxWriteRequestUnits = options.MaxWriteRequestUnits,
    };

    public WarmThroughput? Warm => (options.WarmReadUnitsPerSecond, options.WarmWriteUnitsPerSecond) is (null, null) ? null : new WarmThroughput
    {
        ReadUnitsPerSecond = options.WarmReadUnitsPerSecond,
        WriteUnitsPerSecond = options.WarmWriteUnitsPerSecond,
    };

    /// <summary>Returns whether a table is billed by provisioned capacity.</summary>
    public static bool IsProvisioned(TableDescription table) => table.BillingModeSummary?.BillingMode is { } mode
        ? mode == BillingMode.PROVISIONED
        : table.ProvisionedThroughput?.ReadCapacityUnits > 0;

    /// <summary>Adds the settings to the request that creates a table, so that the table is never without them.</summary>
    public void AddTo(CreateTableRequest request)
    {
        request.DeletionProtectionEnabled = options.DeletionProtection ? true : null;
        request.SSESpecification = options.EncryptionKey is { } key ? ToEncryption(key) : null;
        request.TableClass = options.TableClass is { } tableClass ? ToSdk(tableClass) : null;
        request.OnDemandThroughput = Maximum;
        request.WarmThroughput = Warm;
        request.Tags = options.Tags.Count > 0 ? [.. options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })] : null;
    }

    /// <summary>Returns the settings that the options require and that <c>UpdateTable</c> changes, those of the table first.</summary>
    /// <param name="indexNames">The names of the global indexes.</param>
    public IEnumerable<TableSetting> For(IEnumerable<string> indexNames)
    {
        if (options.DeletionProtection)
        {
            yield return new TableSetting(
                null,
                static table => table.DeletionProtectionEnabled == true
                    ? null
                    : "has no deletion protection, but requires it. Run EnsureTablesAsync, or set UserStoreOptions.DeletionProtection to false.",
                static (name, _) => new UpdateTableRequest { TableName = name, DeletionProtectionEnabled = true });
        }

        if (options.EncryptionKey is { } key)
        {
            yield return new TableSetting(
                null,
                table => EncryptionProblem(key, table.SSEDescription),
                (name, _) => new UpdateTableRequest { TableName = name, SSESpecification = ToEncryption(key) });
        }

        if (options.TableClass is { } tableClass)
        {
            yield return new TableSetting(
                null,
                table => ClassProblem(ToSdk(tableClass), table.TableClassSummary?.TableClass ?? TableClass.STANDARD),
                (name, _) => new UpdateTableRequest { TableName = name, TableClass = ToSdk(tableClass) });
        }

        string?[] parts = [null, .. indexNames];
        if (Maximum is { } maximum)
        {
            foreach (string? part in parts)
            {
                yield return new TableSetting(part, table => MaximumProblem(maximum, table, part), (name, _) => ToRequest(name, part, maximum, null))
                {
                    IsImpossible = IsProvisioned,
                };
            }
        }

        if (Warm is { } warm)
        {
            foreach (string? part in parts)
            {
                yield return new TableSetting(
                    part, table => WarmProblem(warm, table, part), (name, table) => ToRequest(name, part, null, Increase(warm, table, part)));
            }
        }
    }

    /// <summary>Returns the tags that a table lacks, or that have another value there.</summary>
    public List<Tag> MissingTags(IReadOnlyCollection<Tag> actual) => [.. options.Tags
        .Where(tag => !actual.Any(existing => existing.Key == tag.Key && existing.Value == tag.Value))
        .Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static TableClass ToSdk(TableStorageClass tableClass)
        => tableClass == TableStorageClass.Standard ? TableClass.STANDARD : TableClass.STANDARD_INFREQUENT_ACCESS;

    // The service takes the id only of a key that is not the one that AWS manages: Amazon DynamoDB API Reference, "SSESpecification".
    private static SSESpecification ToEncryption(string key)
        => new() { Enabled = true, SSEType = SSEType.KMS, KMSMasterKeyId = key == ManagedKey ? null : key };

    private static string? EncryptionProblem(string key, SSEDescription? actual)
    {
        const string Remedy = "Run EnsureTablesAsync, or change UserStoreOptions.EncryptionKey.";
        if (actual?.SSEType != SSEType.KMS || actual.Status == SSEStatus.DISABLED || actual.Status == SSEStatus.DISABLING)
            return $"is encrypted with a key that DynamoDB owns instead of '{key}'. {Remedy}";
        // The description has the ARN of the key, and only KMS knows which key has an alias.
        bool isAlias = key.StartsWith("alias/", StringComparison.Ordinal) || key.Contains(":alias/", StringComparison.Ordinal);
        return isAlias || actual.KMSMasterKeyArn == key || actual.KMSMasterKeyArn?.EndsWith($":key/{key}", StringComparison.Ordinal) == true
            ? null
            : $"is encrypted with the key '{actual.KMSMasterKeyArn}' instead of '{key}'. {Remedy}";
    }

    private static string? ClassProblem(TableClass expected, TableClass actual) => actual == expected
        ? null
        : $"has the table class {actual} instead of {expected}. Run EnsureTablesAsync, or change UserStoreOptions.TableClass.";

    private static string? MaximumProblem(OnDemandThroughput expected, TableDescription table, string? indexName)
    {
        const string Options = "UserStoreOptions.MaxReadRequestUnits and MaxWriteRequestUnits";
        GlobalSecondaryIndexDescription? index = Find(table, indexName);
        if (indexName is not null && index is null)
            return null; // reported as missing
        if (IsProvisioned(table))
            return $"has provisioned capacity, but {Options} require on-demand capacity. Change the billing mode of the table, or remove the maximum.";
        OnDemandThroughput? actual = index is null ? table.OnDemandThroughput : index.OnDemandThroughput;
        return IsSame(expected.MaxReadRequestUnits, actual?.MaxReadRequestUnits) && IsSame(expected.MaxWriteRequestUnits, actual?.MaxWriteRequestUnits)
            ? null
            : $"has the maximum throughput {Describe(actual?.MaxReadRequestUnits, actual?.MaxWriteRequestUnits)} instead of "
                + $"{Describe(expected.MaxReadRequestUnits, expected.MaxWriteRequestUnits)}. Run EnsureTablesAsync, or change {Options}.";

        static bool IsSame(long? expected, long? actual) => expected is null || expected == actual;
    }

    private static string? WarmProblem(WarmThroughput expected, TableDescription table, string? indexName)
    {
        if (indexName is not null && Find(table, indexName) is null)
            return null; // reported as missing
        (long? read, long? write, string? status) = WarmOf(table, indexName);
        // DynamoDB warms up in the background, and the table can be used and changed meanwhile.
        if (status == TableStatus.UPDATING.Value || (IsEnough(expected.ReadUnitsPerSecond, read) && IsEnough(expected.WriteUnitsPerSecond, write)))
            return null;
        return $"has the warm throughput {Describe(read, write)}, but requires {Describe(expected.ReadUnitsPerSecond, expected.WriteUnitsPerSecond)}. "
            + "Run EnsureTablesAsync, or change UserStoreOptions.WarmReadUnitsPerSecond and WarmWriteUnitsPerSecond.";
    }

    // Warm throughput grows with the load, and DynamoDB rejects a request that names less than the table has, also if it raises the other direction.
    private static WarmThroughput Increase(WarmThroughput expected, TableDescription table, string? indexName)
    {
        (long? read, long? write, _) = WarmOf(table, indexName);
        return new WarmThroughput
        {
            ReadUnitsPerSecond = IsEnough(expected.ReadUnitsPerSecond, read) ? null : expected.ReadUnitsPerSecond,
            WriteUnitsPerSecond = IsEnough(expected.WriteUnitsPerSecond, write) ? null : expected.WriteUnitsPerSecond,
        };
    }

    private static (long? Read, long? Write, string? Status) WarmOf(TableDescription table, string? indexName) => Find(table, indexName) is { } index
        ? (index.WarmThroughput?.ReadUnitsPerSecond, index.WarmThroughput?.WriteUnitsPerSecond, index.WarmThroughput?.Status?.Value)
        : (table.WarmThroughput?.ReadUnitsPerSecond, table.WarmThroughput?.WriteUnitsPerSecond, table.WarmThroughput?.Status?.Value);

    private static bool IsEnough(long? expected, long? actual) => expected is null || actual >= expected;

    private static string Describe(long? reads, long? writes) => $"{Text(reads)} (reads) and {Text(writes)} (writes)";

    private static string Text(long? units) => units is null or -1 ? "none" : $"{units}";

    private static GlobalSecondaryIndexDescription? Find(TableDescription table, string? indexName)
        => indexName is null ? null : table.GlobalSecondaryIndexes?.Find(index => index.IndexName == indexName);

    private static UpdateTableRequest ToRequest(string tableName, string? indexName, OnDemandThroughput? maximum, WarmThroughput? warm) => indexName is null
        ? new() { TableName = tableName, OnDemandThroughput = maximum, WarmThroughput = warm }
        : new()
        {
            TableName = tableName,
            GlobalSecondaryIndexUpdates = [new()
            {
                Update = new UpdateGlobalSecondaryIndexAction { IndexName = indexName, OnDemandThroughput = maximum, WarmThroughput = warm },
            }],
        };
}
