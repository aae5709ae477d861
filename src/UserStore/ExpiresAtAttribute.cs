namespace UserStore;

/// <summary>Marks the property that contains when the user expires: the attribute of the table's time to live.</summary>
/// <remarks>
/// A number of epoch seconds (<see cref="long"/> or <see cref="int"/>), or an instant that is stored as epoch seconds: a
/// <see cref="DateTimeOffset"/> with <see cref="EpochSecondsConverter"/>, or a <see cref="DateTime"/> with <c>StoreAsEpoch</c> or
/// <c>StoreAsEpochLong</c>. From that second on, every call treats the user as absent, although DynamoDB may take days to remove the item.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExpiresAtAttribute : Attribute;
