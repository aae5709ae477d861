using System.Buffers;

namespace UserStore.DependencyInjection;

/// <summary>Validates the settings of tables that DynamoDB would reject, or that would have no effect.</summary>
internal static class TableSettingsRules
{
    // Amazon DynamoDB Developer Guide, "Tagging restrictions in DynamoDB".
    private const int MaxTags = 50;
    private const int MaxTagKeyLength = 128;
    private const int MaxTagValueLength = 256;
    private const string ReservedTagPrefix = "aws:";

    // Amazon DynamoDB Developer Guide, "Understanding DynamoDB warm throughput": what every on-demand table has.
    private const int MinWarmReads = 12_000;
    private const int MinWarmWrites = 4_000;

    private const int MaxRecoveryDays = 35; // Amazon DynamoDB API Reference, "PointInTimeRecoverySpecification"

    private const int MaxKeyLength = 2048; // AWS KMS API Reference, "KeyId"

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/:");

    public static IEnumerable<string> Failures(UserStoreOptions options)
    {
        if (options.PointInTimeRecoveryDays is < 1 or > MaxRecoveryDays)
            yield return $"PointInTimeRecoveryDays is {options.PointInTimeRecoveryDays}, but must be between 1 and {MaxRecoveryDays}.";
        if (options.PointInTimeRecoveryDays is not null && !options.PointInTimeRecovery)
            yield return "PointInTimeRecoveryDays is set, but requires PointInTimeRecovery.";
        if (options.TableClass is { } tableClass && !Enum.IsDefined(tableClass))
            yield return $"TableClass is '{tableClass}', but must be one of {string.Join(", ", Enum.GetNames<TableStorageClass>())}.";
        if (options.EncryptionKey is { } key && !IsKey(key))
            yield return $"EncryptionKey is '{key}', but must be the id, ARN, alias name ('alias/...') or alias ARN of a KMS key.";
        foreach (string failure in ThroughputFailures(options).Concat(TagFailures(options.Tags)))
            yield return failure;
    }

    private static bool IsKey(string key)
    {
        if (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExcept(KeyCharacters))
            return false;
        if (key.StartsWith("arn:", StringComparison.Ordinal))
            return key.Split(':') is [_, _, "kms", _, _, var resource] && (resource.StartsWith("key/", StringComparison.Ordinal) || IsAlias(resource));
        return IsAlias(key) || !key.AsSpan().ContainsAny('/', ':');
    }

    private static bool IsAlias(string name) => name.StartsWith("alias/", StringComparison.Ordinal);

    private static IEnumerable<string> ThroughputFailures(UserStoreOptions options)
    {
        bool isProvisioned = options.BillingMode == TableBillingMode.Provisioned;
        (string Name, int? Maximum, string WarmName, int? Warm, int MinWarm)[] directions =
        [
            (
                nameof(options.MaxReadRequestUnits),
                options.MaxReadRequestUnits,
                nameof(options.WarmReadUnitsPerSecond),
                options.WarmReadUnitsPerSecond,
                isProvisioned ? options.ReadCapacityUnits : MinWarmReads
            ),
            (
                nameof(options.MaxWriteRequestUnits),
                options.MaxWriteRequestUnits,
                nameof(options.WarmWriteUnitsPerSecond),
                options.WarmWriteUnitsPerSecond,
                isProvisioned ? options.WriteCapacityUnits : MinWarmWrites
            ),
        ];
        foreach ((string name, int? maximum, string warmName, int? warm, int minWarm) in directions)
        {
            if (maximum < 1)
                yield return $"{name} is {maximum}, but must be at least 1.";
            if (maximum is not null && isProvisioned)
                yield return $"{name} is {maximum}, but requires the BillingMode {nameof(TableBillingMode.OnDemand)}.";
            if (warm < minWarm)
                yield return $"{warmName} is {warm}, but must be at least {minWarm}.";
            if (warm > maximum)
                yield return $"{warmName} is {warm}, but must not be more than {name}, which is {maximum}.";
        }
    }

    private static IEnumerable<string> TagFailures(IDictionary<string, string> tags)
    {
        if (tags.Count > MaxTags)
            yield return $"Tags has {tags.Count} tags, but must have at most {MaxTags}.";
        foreach ((string key, string? value) in tags)
        {
            if (key.Length is 0 or > MaxTagKeyLength || key.StartsWith(ReservedTagPrefix, StringComparison.OrdinalIgnoreCase))
                yield return $"Tags has '{key}', but a key must have 1 to {MaxTagKeyLength} characters and not begin with '{ReservedTagPrefix}'.";
            if (value is null || value.Length > MaxTagValueLength)
                yield return $"Tags['{key}'] {(value is null ? "is null" : $"has {value.Length} characters")}, but must have at most {MaxTagValueLength}.";
        }
    }
}
