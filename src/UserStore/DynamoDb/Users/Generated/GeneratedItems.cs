using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.Mapping;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>Maps users to items of the SDK and back by a generated mapping: those of streams, and those that come with a refusal.</summary>
internal sealed class GeneratedItems<TUser>(GeneratedMapping<TUser> mapping, UserModel model)
    where TUser : class
{
    private readonly ItemLayout _layout = new(model, mapping.Attributes, keepsKey: false);

    /// <summary>Returns the item of a user; null if only the context may map it.</summary>
    public Dictionary<string, AttributeValue>? ToItem(TUser user)
    {
        using var body = JsonBody.Rent();
        body.Json.WriteStartObject();
        try
        {
            for (int attribute = 0; attribute < mapping.Attributes.Count; attribute++)
            {
                body.Values.SetKey(mapping.Attributes[attribute]);
                mapping.Write(user, attribute, body.Values);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return null; // code of the type failed, such as a getter: the context says so
        }

        body.Json.WriteEndObject();
        if (body.Values.IsIrregular)
            return null;
        using var json = JsonDocument.Parse(body.Written);
        return AttributeJson.ReadItem(json.RootElement);
    }

    /// <summary>Returns the user in an item, without its revision; null if only the context may map it.</summary>
    public TUser? FromItem(Dictionary<string, AttributeValue> item)
    {
        using var body = JsonBody.Rent();
        AttributeJson.WriteItem(body.Json, item);
        var reader = new ItemReader(body.Written.Span, _layout, readsMany: false);
        reader.BeginItem();
        return mapping.TryRead(ref reader);
    }
}
