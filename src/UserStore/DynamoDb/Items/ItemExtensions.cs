using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Reads and writes single attributes, as those of the journal, of locks, checkpoints and guards.</summary>
internal static class ItemExtensions
{
    public static AttributeValue ToAttribute(this StoredScalar value) => value.Kind switch
    {
        ScalarKind.Number => new AttributeValue { N = value.Text },
        ScalarKind.Boolean => new AttributeValue { BOOL = value.Text == bool.TrueString },
        ScalarKind.StringSet => new AttributeValue { SS = [.. value.Strings()] },
        ScalarKind.Hashes => new AttributeValue { B = new MemoryStream(EncryptedValue.HeaderOf(value)) },
        _ => new AttributeValue(value.Text),
    };

    /// <summary>Returns what is stored of a property of which unique values consist: also the hashes of encrypted ones.</summary>
    public static StoredScalar? ScalarOf(this Dictionary<string, AttributeValue> item, MappedProperty property)
    {
        AttributeValue? value = item.GetValueOrDefault(property.AttributeName);
        return property.IsEncrypted && EncryptedValue.TryRead(value, out EncryptedValue encrypted) ? encrypted.Hashes : value.ToScalar();
    }

    /// <summary>Returns a string, a number or a set of strings, of which keys and unique values consist; null for anything else.</summary>
    public static StoredScalar? ToScalar(this AttributeValue? value) => value switch
    {
        { S: { } text } => new StoredScalar(ScalarKind.String, text),
        { N: { } number } => new StoredScalar(ScalarKind.Number, number),
        { SS: { Count: > 0 } set } => StoredScalar.OfSet(set),
        _ => null,
    };

    public static AttributeValue Number(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    public static AttributeValue Instant(DateTimeOffset instant) => new(InstantConverter.ToText(instant));

    public static void Add(this Dictionary<string, AttributeValue> item, string name, string? text)
    {
        if (text is not null)
            item[name] = new AttributeValue(text);
    }

    public static void Add(this Dictionary<string, AttributeValue> item, string name, DateTimeOffset? instant)
    {
        if (instant is not null)
            item[name] = Instant(instant.Value);
    }

    public static string? Text(this Dictionary<string, AttributeValue> item, string name) => item.GetValueOrDefault(name)?.S;

    public static long? Number(this Dictionary<string, AttributeValue> item, string name)
        => long.TryParse(
            item.GetValueOrDefault(name)?.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    public static DateTimeOffset? Instant(this Dictionary<string, AttributeValue> item, string name)
        => item.Text(name) is { } text && InstantConverter.TryParse(text, out DateTimeOffset instant) ? instant : null;

    public static IEnumerable<AttributeValue> List(this Dictionary<string, AttributeValue> item, string name)
        => item.GetValueOrDefault(name)?.L ?? [];
}
