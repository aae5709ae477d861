using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Replication.Targets;

/// <summary>Represents the replication state of one user: the last change that was applied, and the key of the item in the target.</summary>
/// <param name="Key">The user.</param>
/// <param name="SequenceNumber">The number of the last change, padded so that strings sort as numbers: it has up to 40 digits, more than
/// DynamoDB's number type supports.</param>
/// <param name="TargetKey">The key of the user's item; null if there is none.</param>
/// <param name="ReadAt">When the source was read for the item, by the clock of the host; null if the item is that of the last change.</param>
/// <param name="ExpiresAt">When the guard of a deleted user expires, in epoch seconds; null for other users.</param>
internal sealed record Guard(
    UserKey Key, string SequenceNumber, Dictionary<string, AttributeValue>? TargetKey, DateTimeOffset? ReadAt, long? ExpiresAt)
{
    public const string UserIdName = "user_id";
    public const string SequenceNumberName = "sequence_number";
    public const string TargetKeyName = "target_key";
    public const string WriteIdName = "write_id";
    public const string ReadAtName = "read_at";
    public const string ExpiresAtName = "expires_at";

    private const int MaxDigits = 40;
    private const string HashPrefix = "sha256:";

    // The tolerated difference between the clocks of DynamoDB and of the host that read the source.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Returns the key of a user's guard.</summary>
    public static Dictionary<string, AttributeValue> KeyOf(UserKey key) => new(StringComparer.Ordinal) { [UserIdName] = new(IdOf(KeyModel.ToText(key))) };

    /// <summary>Returns the user of a guard, of which the rest need not be read.</summary>
    public static UserKey? UserOf(Dictionary<string, AttributeValue> item, KeyModel model)
        => model.FromText(item.Text(TargetItem.SourceAttribute) ?? item.Text(UserIdName));

    /// <summary>Gets the number that precedes all changes.</summary>
    public static string NoSequenceNumber { get; } = new('0', MaxDigits);

    /// <summary>Gets the id of this state of the guard.</summary>
    public string WriteId { get; private init; } = WriteIds.Of(TimeProvider.System).Next();

    /// <exception cref="ArgumentException">The string is not a sequence number.</exception>
    public static string Pad(string sequenceNumber)
        => sequenceNumber is { Length: >= 1 and <= MaxDigits } && !sequenceNumber.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? sequenceNumber.PadLeft(MaxDigits, '0')
            : throw new ArgumentException($"A sequence number has 1 to {MaxDigits} digits.", nameof(sequenceNumber));

    /// <summary>Returns the instant before which the source was certainly read before a change; null if the time of the change is
    /// unknown.</summary>
    public static DateTimeOffset? ReadBefore(DateTimeOffset timestamp)
        => timestamp - DateTimeOffset.MinValue > ClockTolerance ? timestamp - ClockTolerance : null;

    /// <summary>Returns whether a change, or a later one of the same user, was already applied.</summary>
    public bool HasApplied(string paddedSequenceNumber) => string.CompareOrdinal(SequenceNumber, paddedSequenceNumber) >= 0;

    /// <summary>Returns whether the image of a change that is not applied is certainly newer than the target. It is not if the source was read since,
    /// nor if the user was deleted: a later change than this one may have deleted the user again.</summary>
    public bool Precedes(DateTimeOffset timestamp) => ExpiresAt is null && (ReadAt is null || ReadAt < ReadBefore(timestamp));

    public Dictionary<string, AttributeValue> ToItem()
    {
        string user = KeyModel.ToText(Key);
        string id = IdOf(user);
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal)
        {
            [UserIdName] = new(id),
            [SequenceNumberName] = new(SequenceNumber),
            [WriteIdName] = new(WriteId),
        };
        if (id != user)
            item[TargetItem.SourceAttribute] = new(user);
        if (TargetKey is not null)
            item[TargetKeyName] = new() { M = TargetKey };
        item.Add(ReadAtName, ReadAt);
        if (ExpiresAt is not null)
            item[ExpiresAtName] = ItemExtensions.Number(ExpiresAt.Value);
        return item;
    }

    /// <summary>Reads a guard; null if there is none.</summary>
    public static Guard? FromItem(Dictionary<string, AttributeValue>? item, KeyModel model) => item is not { Count: > 0 } ? null : new Guard(
        UserOf(item, model)!.Value,
        item.Text(SequenceNumberName) ?? NoSequenceNumber,
        item.GetValueOrDefault(TargetKeyName)?.M is { Count: > 0 } key ? key : null,
        item.Instant(ReadAtName),
        item.Number(ExpiresAtName))
    {
        WriteId = item.Text(WriteIdName) ?? "",
    };

    // Two parts of a key together can be longer than a partition key.
    private static string IdOf(string user) => UserRules.Utf8Length(user) <= UserRules.MaxPartitionKeyBytes
        ? user
        : HashPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)));
}
