using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Tables;

/// <summary>Describes how the settings of an existing table differ from its definition.</summary>
internal static class TableDifference
{
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

    /// <summary>Returns how the deletion protection of a table differs, or <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfDeletionProtection(TableSchema table, TableDescription actual)
        => !table.DeletionProtection || actual.DeletionProtectionEnabled == true ? null : new UserStoreSchemaException(
            table.TableName,
            null,
            "has no deletion protection, but requires it. Run EnsureTablesAsync, or set UserStoreOptions.DeletionProtection to false.");

    /// <summary>Returns how the point-in-time recovery of a table that requires it differs, or <see langword="null"/>.</summary>
    public static UserStoreSchemaException? OfPointInTimeRecovery(string tableName, ContinuousBackupsDescription? actual)
        => HasPointInTimeRecovery(actual) ? null : new UserStoreSchemaException(
            tableName,
            null,
            "has point-in-time recovery disabled, but requires it. Run EnsureTablesAsync, or set UserStoreOptions.PointInTimeRecovery to false.");

    public static bool HasPointInTimeRecovery(ContinuousBackupsDescription? actual)
        => actual?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus == PointInTimeRecoveryStatus.ENABLED;
}
