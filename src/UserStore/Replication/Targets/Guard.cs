using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Preparation;

namespace UserStore.Replication.Targets;

/// <summary>What is known of one user in the target: the last change that was seen, and where the item is.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SequenceNumber">The number of the last change, padded so that text order is number order: it has up to 40 digits, more than a
/// number of DynamoDB holds.</param>
/// <param name="TargetKey">The key of the user's item; null when there is none.</param>
/// <param name="ExpiresAt">When the guard of a removed user may be forgotten, in epoch seconds; null for others.</param>
internal sealed record Guard(string UserId, string SequenceNumber, Dictionary<string, AttributeValue>? TargetKey, long? ExpiresAt)
{
    public const string UserIdName = "user_id";
    public const string SequenceNumberName = "sequence_number";
    public const string TargetKeyName = "target_key";
    public const string WriteIdName = "write_id";
    public const string ExpiresAtName = "expires_at";

    private const int MaxDigits = 40;

    /// <summary>Gets the number before all changes.</summary>
    public static string NoSequenceNumber { get; } = new('0', MaxDigits);

    /// <summary>Gets what tells this state of the guard from all others.</summary>
    public string WriteId { get; private init; } = Revision.NewWriteId();

    /// <exception cref="ArgumentException">It is no sequence number.</exception>
    public static string Pad(string sequenceNumber)
        => sequenceNumber is { Length: >= 1 and <= MaxDigits } && !sequenceNumber.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? sequenceNumber.PadLeft(MaxDigits, '0')
            : throw new ArgumentException($"A sequence number has 1 to {MaxDigits} digits.", nameof(sequenceNumber));

    /// <summary>Tells whether a change, or a later one of the same user, was seen already.</summary>
    public bool HasSeen(string paddedSequenceNumber) => string.CompareOrdinal(SequenceNumber, paddedSequenceNumber) >= 0;

    public Dictionary<string, AttributeValue> ToItem()
    {
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal)
        {
            [UserIdName] = new(UserId),
            [SequenceNumberName] = new(SequenceNumber),
            [WriteIdName] = new(WriteId),
        };
        if (TargetKey is not null)
            item[TargetKeyName] = new() { M = TargetKey };
        if (ExpiresAt is not null)
            item[ExpiresAtName] = ItemExtensions.Number(ExpiresAt.Value);
        return item;
    }

    /// <summary>Reads a guard; null when there is none.</summary>
    public static Guard? FromItem(Dictionary<string, AttributeValue>? item) => item is not { Count: > 0 } ? null : new Guard(
        item[UserIdName].S,
        item.Text(SequenceNumberName) ?? NoSequenceNumber,
        item.GetValueOrDefault(TargetKeyName)?.M is { Count: > 0 } key ? key : null,
        item.Number(ExpiresAtName))
    {
        WriteId = item.Text(WriteIdName) ?? "",
    };
}
