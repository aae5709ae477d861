using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Represents the key of a user: the partition key of the table, and the sort key if the table has one.</summary>
/// <remarks>
/// <para>
/// A string or a <see cref="Guid"/> converts implicitly, so that <c>FindAsync("u1")</c> reads the user with this id. Create other keys by
/// <see cref="Of(UserKeyPart)"/> and <see cref="Of(UserKeyPart, UserKeyPart)"/>. The number and types of the parts must be those of the
/// properties with <c>[DynamoDBHashKey]</c> and <c>[DynamoDBRangeKey]</c>: every call rejects another key, and the default value, with an
/// <see cref="InvalidUserException"/>.
/// </para>
/// <para>
/// The store adds nothing to a key: a prefix such as <c>USER#</c> is part of the value.
/// </para>
/// </remarks>
[SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "The alternate is Of.")]
public readonly struct UserKey : IEquatable<UserKey>
{
    private readonly UserKeyPart _sortKey;

    private UserKey(UserKeyPart partitionKey, UserKeyPart sortKey) => (PartitionKey, _sortKey) = (partitionKey, sortKey);

    /// <summary>Gets the partition key.</summary>
    public UserKeyPart PartitionKey { get; }

    /// <summary>Gets the sort key.</summary>
    /// <value><see langword="null"/> if the key has one part.</value>
    public UserKeyPart? SortKey => _sortKey.Kind == KeyPartKind.None ? (UserKeyPart?)null : _sortKey;

    /// <summary>Creates a key of one part.</summary>
    /// <param name="partitionKey">The partition key: a string, a <see cref="Guid"/> or an integer.</param>
    /// <returns>The key.</returns>
    public static UserKey Of(UserKeyPart partitionKey) => new(partitionKey, default);

    /// <summary>Creates a key of two parts.</summary>
    /// <param name="partitionKey">The partition key: a string, a <see cref="Guid"/> or an integer.</param>
    /// <param name="sortKey">The sort key, likewise.</param>
    /// <returns>The key.</returns>
    public static UserKey Of(UserKeyPart partitionKey, UserKeyPart sortKey) => new(partitionKey, sortKey);

    /// <summary>Creates a key of one string.</summary>
    /// <param name="partitionKey">The partition key.</param>
    /// <exception cref="ArgumentNullException">The string is <see langword="null"/>.</exception>
    public static implicit operator UserKey(string partitionKey) => new(partitionKey, default);

    /// <summary>Creates a key of one <see cref="Guid"/>.</summary>
    /// <param name="partitionKey">The partition key.</param>
    public static implicit operator UserKey(Guid partitionKey) => new(partitionKey, default);

    /// <summary>Returns whether two keys have the same parts.</summary>
    /// <param name="left">The first key.</param>
    /// <param name="right">The second key.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(UserKey left, UserKey right) => left.Equals(right);

    /// <summary>Returns whether two keys have other parts.</summary>
    /// <param name="left">The first key.</param>
    /// <param name="right">The second key.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(UserKey left, UserKey right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(UserKey other) => PartitionKey == other.PartitionKey && _sortKey == other._sortKey;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UserKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _sortKey.Kind == KeyPartKind.None ? PartitionKey.GetHashCode() : HashCode.Combine(PartitionKey, _sortKey);

    /// <summary>Returns the parts as strings, separated by <c>/</c>: for messages and logs, not to be parsed.</summary>
    /// <returns>The string; empty for the default key.</returns>
    public override string ToString() => _sortKey.Kind == KeyPartKind.None ? PartitionKey.ToString() : $"{PartitionKey}/{_sortKey}";
}
