using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.ServerTests;

/// <summary>A converter of a service, which throws when the stored string is no JSON.</summary>
public sealed class JsonTextConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => value is string json ? new Primitive(json) : null!;

    public object FromEntry(DynamoDBEntry entry)
    {
        string json = entry.AsString();
        return json.StartsWith('{') ? json : throw new JsonException($"'{json}' is no JSON.");
    }
}
