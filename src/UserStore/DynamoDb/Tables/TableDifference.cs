using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Tables;

/// <summary>Describes how the settings of an existing table differ from its definition.</summary>
internal static class TableDifference
{
    private const string StrongConsistency = "is a global table with multi-Region strong consistency (MRSC)";

    /// <summary>Returns how the stream of a table differs, or <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfStream(string tableName, StreamSpecification? actual, StreamSpecification expected)
    {
        if (actual?.StreamEnabled != true)
        {
            return new UserStoreSchemaException(
                tableName,
                null,
                $"has no stream, but requires one with the view type {expected.StreamViewType}. "
                    + "Run EnsureTablesAsync, or change UserStoreOptions.StreamViewType.");
        }

        return actual.StreamViewType is { } view && view != expected.StreamViewType
            ? new UserStoreSchemaException(
                tableName,
                null,
                $"has a stream with the view type {view} instead of {expected.StreamViewType}. Disable it, which stops its consumers, and run "
                    + $"EnsureTablesAsync, or change UserStoreOptions.StreamViewType.")
            : null;
    }

    /// <summary>Returns how the time to live of a table differs, or <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfTimeToLive(string tableName, TimeToLiveDescription? actual, string expected)
    {
        string? attribute = TimeToLiveAttributeOf(actual);
        return attribute == expected ? null : new UserStoreSchemaException(
            tableName,
            null,
            attribute is null
                ? $"has time to live disabled, but requires it on '{expected}'. Run EnsureTablesAsync, or set UserStoreOptions.EnableTimeToLive to false."
                : $"has time to live on '{attribute}' instead of '{expected}'. Disable it and run EnsureTablesAsync, or set "
                    + "UserStoreOptions.EnableTimeToLive to false.");
    }

    /// <summary>Returns the attribute on which time to live is enabled, or <see langword="null"/>.</summary>
    public static string? TimeToLiveAttributeOf(TimeToLiveDescription? actual)
        => actual?.TimeToLiveStatus == TimeToLiveStatus.ENABLED || actual?.TimeToLiveStatus == TimeToLiveStatus.ENABLING
            ? actual.AttributeName
            : null;

    /// <summary>Returns why a table cannot be used that is a global table with multi-Region strong consistency, or <see langword="null"/>.</summary>
    public static IEnumerable<UserStoreSchemaException> OfStrongConsistency(TableSchema table, TableDescription actual)
    {
        if (actual.MultiRegionConsistency != MultiRegionConsistency.STRONG)
            yield break;
        if (table.Transactions is { } transactions)
            yield return OfTransactions(table.TableName, transactions, cause: null);
        if (table.TimeToLiveAttribute is not null)
        {
            yield return new UserStoreSchemaException(
                table.TableName,
                null,
                $"{StrongConsistency}, which does not support time to live. Set UserStoreOptions.EnableTimeToLive to false, and delete expired users.");
        }
    }

    /// <summary>Returns the exception for transactions that a table with multi-Region strong consistency does not support.</summary>
    public static UserStoreSchemaException OfTransactions(string tableName, string? transactions, Exception? cause) => new(
        tableName,
        null,
        $"{StrongConsistency}, which does not support transactions"
            + (transactions is null ? ". Use a table in one Region, or with multi-Region eventual consistency." : $", but {transactions}"),
        cause);

    /// <summary>Returns the exception for tombstones or data keys that were written with another secret key.</summary>
    public static UserStoreSchemaException OfHashKey(string tableName) => new(
        tableName,
        null,
        "was written with another UserStoreOptions.Privacy.HashKey, so that nothing in it is found. Use that key, or correct the table's name.");

    /// <summary>Returns the exception for the stream of a table whose rows must be gone once they are deleted.</summary>
    public static UserStoreSchemaException OfForbiddenStream(string tableName) => new(
        tableName, null, "has a stream, whose records contain the data keys of erased users for 24 hours. Disable the stream.");

    /// <summary>Returns how the point-in-time recovery of a table that requires it, or must not have it, differs, or
    /// <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfPointInTimeRecovery(TableSchema table, ContinuousBackupsDescription? actual)
    {
        if (!table.Settings!.MayHaveBackups)
        {
            return !HasPointInTimeRecovery(actual, days: null) ? null : new UserStoreSchemaException(
                table.TableName, null, "has point-in-time recovery, which restores the data keys of erased users. Disable it for this table.");
        }

        int? days = table.Settings.Options.PointInTimeRecoveryDays;
        if (HasPointInTimeRecovery(actual, days))
            return null;
        return new UserStoreSchemaException(
            table.TableName,
            null,
            HasPointInTimeRecovery(actual, days: null)
                ? $"has point-in-time recovery of {actual!.PointInTimeRecoveryDescription.RecoveryPeriodInDays} days instead of {days}. Run "
                    + "EnsureTablesAsync, or change UserStoreOptions.PointInTimeRecoveryDays."
                : "has point-in-time recovery disabled, but requires it. Run EnsureTablesAsync, or set UserStoreOptions.PointInTimeRecovery to false.");
    }

    public static bool HasPointInTimeRecovery(ContinuousBackupsDescription? actual, int? days)
        => actual?.PointInTimeRecoveryDescription is { } description
            && description.PointInTimeRecoveryStatus == PointInTimeRecoveryStatus.ENABLED
            && (days is null || description.RecoveryPeriodInDays == days);

    /// <summary>Returns how the tags of a table differ, or <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfTags(TableSchema table, IReadOnlyCollection<Tag> actual)
        => table.Settings!.MissingTags(actual) is { Count: > 0 } missing
            ? new UserStoreSchemaException(
                table.TableName,
                null,
                $"lacks tags, or has other values for them: {string.Join(", ", missing.Select(tag => $"'{tag.Key}'"))}. Run EnsureTablesAsync, or change "
                    + "UserStoreOptions.Tags.")
            : null;

    /// <summary>Returns why a table or index cannot be used that is not active and not being updated.</summary>
    public static string OfStatus(string status) => status == TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS.Value
        ? $"is {status}: DynamoDB cannot use its KMS key. Enable the key and allow its use; after seven days, DynamoDB archives the table."
        : $"is {status}. Wait until it is active.";
}
