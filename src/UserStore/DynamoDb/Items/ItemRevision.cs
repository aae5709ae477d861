using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Identifies the revision of a user's item, also of one that another program wrote.</summary>
internal static class ItemRevision
{
    private const int FingerprintBytes = 16;

    /// <summary>Returns the attributes that are the same as long as nothing was written: the version and the write id or, as other programs
    /// write no ids, all attributes of the user type.</summary>
    public static IEnumerable<string> AttributesOf(Dictionary<string, AttributeValue> item, UserModel model)
    {
        string writeId = model.WriteIds[0];
        if (item.Text(writeId) is null)
            return [.. model.Attributes, writeId];
        return model.Version is { } version ? [version.AttributeName, writeId] : [writeId];
    }

    /// <summary>Returns the fingerprint of an item without a write id; null for all others.</summary>
    public static string? FingerprintOf(Dictionary<string, AttributeValue> item, UserModel model)
    {
        if (item.Text(model.WriteIds[0]) is not null)
            return null;
        IEnumerable<string> parts = model.Attributes.Where(item.ContainsKey).Order(StringComparer.Ordinal)
            .SelectMany(name => new[] { name, TextOf(AttributeValueComparer.AsStored(item[name])) });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Join(parts))).AsSpan(0, FingerprintBytes));
    }

    private static string TextOf(AttributeValue value) => value switch
    {
        { S: { } text } => $"S:{text}",
        { N: { } number } => $"N:{number}",
        { B: { } bytes } => $"B:{Base64(bytes)}",
        { BOOL: { } flag } => $"BOOL:{flag}",
        { SS: { } texts } => $"SS:{Join(texts.Order(StringComparer.Ordinal))}",
        { NS: { } numbers } => $"NS:{Join(numbers.Order(StringComparer.Ordinal))}",
        { BS: { } set } => $"BS:{Join(set.Select(Base64).Order(StringComparer.Ordinal))}",
        { L: { } list } => $"L:{Join(list.Select(TextOf))}",
        { M: { } map } => $"M:{Join(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => new[] { entry.Key, TextOf(entry.Value) }))}",
        _ => "NULL",
    };

    // With their lengths, so that no two sequences give the same string.
    private static string Join(IEnumerable<string> parts) => string.Concat(parts.Select(part => $"{part.Length}:{part}"));

    private static string Base64(MemoryStream bytes) => Convert.ToBase64String(bytes.ToArray());
}
