using System.Collections.ObjectModel;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Represents a stored user. A row is immutable. A property without a stored attribute is absent, whatever its default.</summary>
internal sealed record InMemoryRow<TUser>(UserKey Key, TUser User, Revision Revision, long? ExpiresAt, IReadOnlyList<MappedProperty> Absent)
    where TUser : class
{
    /// <summary>Gets the stored sums that their properties show rounded: DynamoDB keeps more digits than the types of .NET.</summary>
    public IReadOnlyDictionary<MappedProperty, StoredNumber> ExactSums { get; init; } = ReadOnlyDictionary<MappedProperty, StoredNumber>.Empty;

    /// <summary>Gets a value indicating whether the processing of the user is restricted, so that it counts as absent and does not expire.</summary>
    public bool IsRestricted { get; init; }

    /// <summary>Gets the key as a string, which differs from those of all other users.</summary>
    public string KeyText { get; } = KeyModel.ToText(Key);

    public object? ValueOf(MappedProperty property) => Absent.Contains(property) ? null : property.GetValue(User);

    public StoredScalar? ScalarOf(MappedProperty property)
        => ExactSums.TryGetValue(property, out StoredNumber sum) ? new StoredScalar(ScalarKind.Number, sum.ToString())
            : property.ScalarOfValue(ValueOf(property));

    public bool IsExpired(DateTimeOffset now) => !IsRestricted && ExpiresAt <= now.ToUnixTimeSeconds();

    /// <summary>Returns whether calls find the user.</summary>
    public bool IsVisible(DateTimeOffset now) => !IsRestricted && !IsExpired(now);
}
