using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>Represents an item that a backfill transforms: a dictionary of its attributes, which the transform changes in place.</summary>
/// <remarks>
/// It remembers which attributes the transform reads, including those that are absent. The item is written only if all of them are unchanged in
/// the table, so that no value is derived from one that is out of date. Enumerating or counting the attributes reads all that the item has, but
/// DynamoDB cannot check that none was added in the meantime, except for users, whose version shows it. Setting an attribute by the indexer reads
/// nothing. Not safe for concurrent use.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "Item is DynamoDB's term for a set of attributes.")]
public sealed class BackfillItem : IDictionary<string, AttributeValue>
{
    private readonly Dictionary<string, AttributeValue> _attributes;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Initializes a new instance of the <see cref="BackfillItem"/> class, such as for a test of a transform.</summary>
    /// <param name="attributes">The attributes, which are not copied.</param>
    public BackfillItem(IEnumerable<KeyValuePair<string, AttributeValue>> attributes)
        => _attributes = new Dictionary<string, AttributeValue>(attributes, StringComparer.Ordinal);

    /// <summary>Gets the names of the attributes that were read before they were written, also of absent ones.</summary>
    public IReadOnlyCollection<string> ReadAttributes => _read;

    /// <inheritdoc/>
    public ICollection<string> Keys
    {
        get
        {
            ReadAll();
            return _attributes.Keys;
        }
    }

    /// <inheritdoc/>
    public ICollection<AttributeValue> Values
    {
        get
        {
            ReadAll();
            return _attributes.Values;
        }
    }

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            ReadAll();
            return _attributes.Count;
        }
    }

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, AttributeValue>>.IsReadOnly => false;

    internal Dictionary<string, AttributeValue> Attributes => _attributes;

    /// <inheritdoc/>
    public AttributeValue this[string key]
    {
        get
        {
            Read(key);
            return _attributes[key];
        }

        set
        {
            _attributes[key] = value;
            _written.Add(key);
        }
    }

    /// <summary>Returns an attribute, or <see langword="null"/> if the item does not have it.</summary>
    /// <param name="key">The name of the attribute.</param>
    /// <returns>The value.</returns>
    public AttributeValue? GetValueOrDefault(string key)
    {
        Read(key);
        return _attributes.GetValueOrDefault(key);
    }

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out AttributeValue value)
    {
        Read(key);
        return _attributes.TryGetValue(key, out value);
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key)
    {
        Read(key);
        return _attributes.ContainsKey(key);
    }

    /// <inheritdoc/>
    public void Add(string key, AttributeValue value)
    {
        Read(key);
        _attributes.Add(key, value);
    }

    /// <inheritdoc/>
    public bool Remove(string key)
    {
        Read(key);
        return _attributes.Remove(key);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        ReadAll();
        _attributes.Clear();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AttributeValue>> GetEnumerator()
    {
        ReadAll();
        return _attributes.GetEnumerator();
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, AttributeValue>>.Add(KeyValuePair<string, AttributeValue> item) => Add(item.Key, item.Value);

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, AttributeValue>>.Contains(KeyValuePair<string, AttributeValue> item)
        => TryGetValue(item.Key, out AttributeValue? value) && Equals(value, item.Value);

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, AttributeValue>>.CopyTo(KeyValuePair<string, AttributeValue>[] array, int arrayIndex)
    {
        ReadAll();
        ((ICollection<KeyValuePair<string, AttributeValue>>)_attributes).CopyTo(array, arrayIndex);
    }

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, AttributeValue>>.Remove(KeyValuePair<string, AttributeValue> item)
        => TryGetValue(item.Key, out AttributeValue? value) && Equals(value, item.Value) && Remove(item.Key);

    private void Read(string key)
    {
        if (!_written.Contains(key))
            _read.Add(key);
    }

    private void ReadAll()
    {
        foreach (string key in _attributes.Keys)
            Read(key);
    }
}
