using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore;

/// <summary>Stores strings as a DynamoDB list that preserves order and duplicates. An empty list is stored as well.</summary>
/// <remarks>Also reads a set, reads NULL as an empty list, and skips NULL in a list. The result is a <see cref="ValueList{T}"/>.</remarks>
public sealed class StringListConverter : IPropertyConverter
{
    /// <inheritdoc/>
    public DynamoDBEntry ToEntry(object value) => value is IEnumerable<string> items
        ? new DynamoDBList(items.Select(item => (DynamoDBEntry)new Primitive(item)))
        : null!;

    /// <inheritdoc/>
    public object FromEntry(DynamoDBEntry entry) => entry switch
    {
        PrimitiveList set => ValueList.CopyOf(set.Entries.Select(item => item.AsString())),
        DynamoDBList list => ValueList.CopyOf(list.Entries.OfType<Primitive>().Select(item => item.AsString())),
        DynamoDBNull => ValueList<string>.Empty,
        _ => throw new FormatException("The attribute is neither a list nor a set."),
    };
}
