namespace UserStore;

/// <summary>Restricts a query to a range of the index's sort key.</summary>
/// <remarks>
/// The values have the type of the sort key's property, for <c>status-index</c> <see cref="DateTimeOffset"/>. Strings are ordered by their UTF-8
/// bytes.
/// </remarks>
public sealed class SortKeyCondition
{
    private SortKeyCondition(ComparisonOperator @operator, object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        (Operator, Value) = (@operator, value);
    }

    internal ComparisonOperator Operator { get; }

    internal object Value { get; }

    /// <summary>Gets the greatest accepted value of a range that has two bounds.</summary>
    internal object? Upper { get; private init; }

    /// <summary>Gets a value indicating whether the value is a prefix.</summary>
    internal bool IsPrefix { get; private init; }

    /// <summary>Accepts the sort key that equals <paramref name="value"/>.</summary>
    /// <param name="value">The only accepted value.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition EqualTo(object value) => new(ComparisonOperator.Equal, value);

    /// <summary>Accepts sort keys below <paramref name="value"/>.</summary>
    /// <param name="value">The first value that is not accepted.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition LessThan(object value) => new(ComparisonOperator.Less, value);

    /// <summary>Accepts sort keys up to <paramref name="value"/>.</summary>
    /// <param name="value">The greatest accepted value.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition AtMost(object value) => new(ComparisonOperator.LessOrEqual, value);

    /// <summary>Accepts sort keys above <paramref name="value"/>.</summary>
    /// <param name="value">The last value that is not accepted.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition GreaterThan(object value) => new(ComparisonOperator.Greater, value);

    /// <summary>Accepts sort keys from <paramref name="value"/> on.</summary>
    /// <param name="value">The smallest accepted value.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition AtLeast(object value) => new(ComparisonOperator.GreaterOrEqual, value);

    /// <summary>Accepts sort keys from <paramref name="lower"/> to <paramref name="upper"/>, both included.</summary>
    /// <param name="lower">The smallest accepted value.</param>
    /// <param name="upper">The greatest accepted value; not below <paramref name="lower"/>.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition Between(object lower, object upper)
    {
        ArgumentNullException.ThrowIfNull(upper);
        return new(ComparisonOperator.GreaterOrEqual, lower) { Upper = upper };
    }

    /// <summary>Accepts strings that start with <paramref name="prefix"/>.</summary>
    /// <param name="prefix">The prefix, case-sensitive.</param>
    /// <returns>The condition.</returns>
    public static SortKeyCondition StartsWith(string prefix) => new(ComparisonOperator.GreaterOrEqual, prefix) { IsPrefix = true };
}

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
