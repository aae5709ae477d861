using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Generators.Tests.Equivalence;

namespace UserStore.Generators.Tests.Damage;

/// <summary>What was read of a response.</summary>
/// <param name="Users">The users; null for one that cannot be mapped.</param>
/// <param name="Next">The key after which the next page starts.</param>
/// <param name="Unprocessed">The keys that were not read.</param>
/// <param name="Failure">Why the response cannot be read.</param>
internal sealed record ReadResponse(
    IReadOnlyList<object?> Users,
    Dictionary<string, AttributeValue>? Next = null,
    IReadOnlyList<Dictionary<string, AttributeValue>>? Unprocessed = null,
    Exception? Failure = null)
{
    public static ReadResponse Failed(Exception failure) => new([], Failure: failure);

    /// <summary>Returns what differs, or null.</summary>
    public static string? Difference(ReadResponse expected, ReadResponse actual)
    {
        if (Structural.Difference(expected.Users, actual.Users) is { } difference)
            return $"users{difference}";
        if (!AreEqual([expected.Next ?? []], [actual.Next ?? []]))
            return "the key of the next page";
        return AreEqual(expected.Unprocessed ?? [], actual.Unprocessed ?? []) ? null : "the unprocessed keys";
    }

    private static bool AreEqual(IReadOnlyList<Dictionary<string, AttributeValue>> one, IReadOnlyList<Dictionary<string, AttributeValue>> other)
        => one.Count == other.Count && one.Zip(other).All(pair => AttributeValueComparer.AreEqual(pair.First, pair.Second));
}
