using System.Runtime.ExceptionServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;

namespace UserStore.DynamoDb.Users;

/// <content>Decrypts items, and explains why one cannot be read.</content>
internal sealed partial class UserItems<TUser>
{
    /// <summary>Returns the exception for an item whose key is none of the type, or is stored in another form.</summary>
    public UserStoreSchemaException UnusableKey(Dictionary<string, AttributeValue> item)
    {
        UserKey stored = model.Key.StoredIn(item);
        string attributes = string.Join(" and ", model.Key.Parts.Select(part => $"'{part.AttributeName}'"));
        return new UserStoreSchemaException(
            tableName,
            null,
            $"the key '{stored}' of an item is not stored as {model.UserType.Name} stores {attributes}, so that the item cannot be found by it. "
                + "Correct the item, or give the property a converter for this form.",
            null)
        {
            Key = stored,
            AttributeName = model.Key.PartitionKey.AttributeName,
            UnreadableBecause = nameof(FormatException),
        };
    }

    /// <summary>Returns an item whose values are those that were encrypted.</summary>
    /// <inheritdoc cref="FromItem(StoredUser, bool, bool)"/>
    public Dictionary<string, AttributeValue> Decrypted(StoredUser stored, bool wasApplied = false, bool omitsErased = false)
    {
        UserCipher? cipher = stored.Cipher;
        if (cipher is null && UserCipher.HasEncrypted(model, stored.Item))
            cipher = new UserCipher(model, values: null, stored.Key ?? model.Key.StoredIn(stored.Item), dataKey: null); // of an item of another table
        try
        {
            return cipher?.Decrypt(stored.Item, omitsErased) ?? stored.Item;
        }
        catch (UndecryptableValueException failure)
        {
            UserKey key = model.Key.FindIn(stored.Item) ?? model.Key.StoredIn(stored.Item);
            string before = wasApplied ? "the write was applied, but " : "";
            throw new UserStoreSchemaException(
                tableName, null, $"{before}the attribute '{failure.Property.AttributeName}' of user '{key}' {failure.Problem}", failure)
            {
                WasApplied = wasApplied,
                Key = key,
                AttributeName = failure.Property.AttributeName,
                UnreadableBecause = failure.GetType().Name,
            };
        }
    }

    // The messages of the SDK and of converters contain values, so only the type and the stack trace of the failure are kept.
    private static FormatException WithoutValues(Exception failure, string activity)
    {
        var cause = new FormatException($"{activity} the item threw {failure.GetBaseException().GetType().FullName}.");
        if (failure.StackTrace is { } stackTrace)
            ExceptionDispatchInfo.SetRemoteStackTrace(cause, stackTrace);
        return cause;
    }

    private UserStoreSchemaException Unreadable(Dictionary<string, AttributeValue> item, Exception failure, bool wasApplied)
    {
        UserKey key = model.Key.FindIn(item) ?? model.Key.StoredIn(item);
        string? attribute = model.Properties.Select(property => property.AttributeName).FirstOrDefault(
            name => item.TryGetValue(name, out AttributeValue? value) && !IsReadable(name, value));
        Type type = failure.GetBaseException().GetType();
        string place = attribute is null ? "" : $": its attribute '{attribute}' has an unexpected value";
        string before = wasApplied ? "the write was applied, but " : "";
        return new UserStoreSchemaException(
            tableName,
            null,
            $"{before}the item of user '{key}' cannot be read as {model.UserType.Name}{place} ({type.Name}). Correct the item.",
            WithoutValues(failure, "Reading"))
        {
            WasApplied = wasApplied,
            Key = key,
            AttributeName = attribute,
            UnreadableBecause = type.Name,
        };
    }

    private bool IsReadable(string name, AttributeValue value)
    {
        try
        {
            Map(new Dictionary<string, AttributeValue> { [name] = value });
            return true;
        }
        catch (Exception failure) when (failure is not UserStoreException)
        {
            return false;
        }
    }
}
