using System.ComponentModel;
using System.Text;

namespace UserStore.Mapping;

/// <summary>Finds the positions of attribute names in UTF-8. For code that the source generator writes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AttributeNames
{
    private readonly byte[][] _names;
    private readonly int[] _buckets; // position + 1; 0 is free
    private readonly int _mask;

    /// <summary>Initializes a new instance of the <see cref="AttributeNames"/> class.</summary>
    /// <param name="names">The names; each has its position.</param>
    public AttributeNames(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _buckets = new int[Math.Max(8, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)names.Count * 4))];
        _mask = _buckets.Length - 1;
        for (int position = 0; position < _names.Length; position++)
        {
            int bucket = Hash(_names[position]) & _mask;
            while (_buckets[bucket] != 0)
                bucket = (bucket + 1) & _mask;
            _buckets[bucket] = position + 1;
        }
    }

    internal int Count => _names.Length;

    internal ReadOnlySpan<byte> this[int position] => _names[position];

    /// <summary>Returns the position of a name, or -1.</summary>
    internal int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int bucket = Hash(name) & _mask; _buckets[bucket] is > 0 and var next; bucket = (bucket + 1) & _mask)
        {
            if (name.SequenceEqual(_names[next - 1]))
                return next - 1;
        }

        return -1;
    }

    // Length, ends and middle distinguish nearly all names of a type.
    private static int Hash(ReadOnlySpan<byte> name)
        => name.IsEmpty ? 0 : name.Length + (name[0] * 31) + (name[^1] * 17) + (name[name.Length / 2] * 7);
}
