namespace UserStore;

/// <summary>The unique values that a user holds, and their scopes, in the order of the model. Most users hold one, which takes no memory here.</summary>
internal readonly struct HeldValues : IEquatable<HeldValues>
{
    private readonly object? _values; // one string, or an array of them

    public HeldValues(string only) => _values = only;

    private HeldValues(object? values) => _values = values;

    public static HeldValues Of(params string?[] values) => new(values switch
    {
        [] => null,
        [{ } only] => only,
        _ => (object)values,
    });

    public int Count => _values switch
    {
        null => 0,
        string?[] values => values.Length,
        _ => 1,
    };

    public string? this[int position] => _values switch
    {
        string?[] values => values[position],
        string only when position == 0 => only,
        _ => throw new ArgumentOutOfRangeException(nameof(position)),
    };

    public string?[] ToArray() => _values switch
    {
        null => [],
        string?[] values => values,
        _ => [(string)_values],
    };

    public bool Equals(HeldValues other)
        => Count == other.Count && (_values is string?[] values ? values.AsSpan().SequenceEqual(other.ToArray()) : Equals(_values, other._values));

    public override bool Equals(object? obj) => obj is HeldValues other && Equals(other);

    public override int GetHashCode() => Count == 0 ? 0 : this[0]?.GetHashCode(StringComparison.Ordinal) ?? 0;
}
