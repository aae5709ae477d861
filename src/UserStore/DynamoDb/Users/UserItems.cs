using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users.Generated;
using UserStore.Mapping;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>Maps users to items and back, by a generated mapping or by the SDK's context, and checks the rules that apply to whole items.</summary>
/// <param name="context">Returns the context, which is made only if it is needed.</param>
/// <param name="model">The model.</param>
/// <param name="tableName">The table.</param>
/// <param name="mapping">The generated mapping; null to map all users by the context.</param>
internal sealed partial class UserItems<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    Func<IDynamoDBContext> context, UserModel model, string tableName, GeneratedMapping<TUser>? mapping = null)
    where TUser : class
{
    // So many attributes are converted in vain for less than the copy of an item takes: those of the revision that are read with a user.
    private const int CheapAttributes = 2;

    private readonly UserRoleValues _roles = new(model);
    private readonly GeneratedItems<TUser>? _generated = mapping is null ? null : new(mapping, model);
    private readonly MappedProperty[] _epochs = [.. model.Properties.Where(property => property.IsEpoch)];
    private readonly (string Attribute, DynamoDBEntry Default)[] _constructed = ConstructedAttributes(model);

    /// <summary>Returns the item of a user, without the revision.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public Dictionary<string, AttributeValue> ToItem(TUser user)
    {
        Dictionary<string, AttributeValue> item = Map(user);
        CheckSize(item);
        return item;
    }

    /// <summary>Returns a user as it is read back after it is stored.</summary>
    /// <exception cref="InvalidUserException">The user cannot be mapped to an item and back.</exception>
    public TUser ReadBack(TUser user)
    {
        // What only the context maps to an item, as a string that is not Unicode, only the context reads back.
        Dictionary<string, AttributeValue>? generated = _generated?.ToItem(user);
        Dictionary<string, AttributeValue> item = (generated ?? MapByContext(user)).ToDictionary(
            attribute => attribute.Key, attribute => AttributeValueComparer.AsStored(attribute.Value));
        try
        {
            return FromItem(item, item, wasApplied: false, isGenerated: generated is not null);
        }
        catch (UserStoreSchemaException failure)
        {
            throw new InvalidUserException("Item", "is mapped to attributes that cannot be read back; the inner exception contains the reason", failure);
        }
    }

    /// <summary>Returns the user in an item that was read from the table.</summary>
    /// <param name="stored">The item.</param>
    /// <param name="wasApplied">Whether the item is the result of a write.</param>
    /// <param name="omitsErased">Whether encrypted values are left out whose data key is erased.</param>
    /// <exception cref="UserStoreSchemaException">The item cannot be read; the exception names the user and the attribute.</exception>
    public TUser FromItem(StoredUser stored, bool wasApplied = false, bool omitsErased = false)
        => FromItem(stored.Item, model.Encrypted.Count == 0 ? stored.Item : Decrypted(stored, wasApplied, omitsErased), wasApplied, isGenerated: true);

    private TUser FromItem(
        Dictionary<string, AttributeValue> stored, Dictionary<string, AttributeValue> item, bool wasApplied, bool isGenerated)
    {
        try
        {
            TUser user = isGenerated ? Map(item) : MapByContext(item);
            if (model.Revision is not null)
            {
                _roles.Attach(
                    user, stored.Text(model.WriteIds[0]), stored.Text(model.BirthId), ReservedTexts(stored), ItemRevision.FingerprintOf(stored, model));
            }

            return user;
        }
        catch (Exception failure) when (failure is not UserStoreException)
        {
            throw Unreadable(item, failure, wasApplied);
        }
    }

    /// <summary>Throws if the item of a user would violate a rule.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public void Check(TUser user) => SizeOf(user);

    /// <summary>Returns at least the size of a user's item in bytes. Does not map the user if its properties alone show that it violates no
    /// rule.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public long SizeOf(TUser user) => ItemSize.UpperBound(user, model) is { } size and <= ItemRules.MaxItemBytes
        ? size
        : CheckSize(Map(user));

    /// <summary>Maps the new values of a patch as the context maps whole users.</summary>
    /// <exception cref="InvalidUserException">A value violates a rule of DynamoDB.</exception>
    public Dictionary<string, AttributeValue> MapChanges(IEnumerable<PatchChange> changes)
    {
        PatchChange[] sets = NewValues(changes);
        Document document = ToDocument(ShellWith(sets));
        var values = new Document();
        foreach (PatchChange change in sets)
            values[change.Property.AttributeName] = document[change.Property.AttributeName];
        Dictionary<string, AttributeValue> item = Map(values);
        foreach (PatchChange change in sets)
        {
            if (change is { Property.IsEpoch: true, Value: DateTime date })
                item[change.Property.AttributeName] = new AttributeValue { N = MappedProperty.EpochSeconds(date) };
        }

        CheckSize(item);
        return item;
    }

    /// <summary>Throws if the new values of a patch alone would violate a rule. Does not map them if the values show that they do not.</summary>
    /// <exception cref="InvalidUserException">A value violates a rule of DynamoDB.</exception>
    public void Check(IReadOnlyList<PatchChange> changes)
    {
        if (ItemSize.UpperBound(ShellWith(NewValues(changes)), model) is not { } size || size > ItemRules.MaxItemBytes)
            MapChanges(changes);
    }

    private long CheckSize(Dictionary<string, AttributeValue> item)
    {
        long size = ItemRules.Check(item, model.Properties);
        return model.Encrypted.Count == 0 ? size : ItemRules.Check(UserCipher.SizedLikeEncrypted(model, item), model.Properties);
    }

    private HeldValues? ReservedTexts(Dictionary<string, AttributeValue> item)
    {
        if (model.ReservedProperties.Count == 1 && TextOf(model.ReservedProperties[0], item) is { } only)
            return new HeldValues(only);
        string?[] values = new string?[model.ReservedProperties.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = TextOf(model.ReservedProperties[i], item);
            if (values[i] is null && item.GetValueOrDefault(model.ReservedProperties[i].AttributeName) is { NULL: not true })
                return null; // another program stored a value that has no text, such as a list in place of a set
        }

        return HeldValues.Of(values);
    }

    private static string? TextOf(MappedProperty property, Dictionary<string, AttributeValue> item)
        => item.ScalarOf(property) is { } stored ? UserRoleValues.TextOf(property, stored) : null;

    private TUser Map(Dictionary<string, AttributeValue> item) => _generated?.FromItem(item) ?? MapByContext(item);

    private TUser MapByContext(Dictionary<string, AttributeValue> item)
    {
        Document document = Document.FromAttributeMap(item.Count <= model.Attributes.Count + CheapAttributes ? item : Known(item));
        // A version that is no whole number was written by another program. To the conditions of writes, it is none.
        if (model.Version?.AttributeName is { } version && item.ContainsKey(version) && item.Number(version) is null)
            document.Remove(version);
        foreach (MappedProperty property in _epochs)
        {
            if (item.Number(property.AttributeName) is { } seconds)
                document[property.AttributeName] = DynamoDBEntryConversion.V2.ConvertToEntry(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
        }

        foreach ((string attribute, DynamoDBEntry value) in _constructed)
        {
            if (!document.ContainsKey(attribute))
                document[attribute] = value; // the SDK requires a value for every parameter of a constructor
        }

        return context().FromDocument<TUser>(document);
    }

    // The SDK would convert every attribute to an object of its own, although it reads only those of the type.
    private Dictionary<string, AttributeValue> Known(Dictionary<string, AttributeValue> item)
    {
        var known = new Dictionary<string, AttributeValue>(model.Attributes.Count, StringComparer.Ordinal);
        foreach (string attribute in model.Attributes)
        {
            if (item.TryGetValue(attribute, out AttributeValue? value))
                known.Add(attribute, value);
        }

        return known;
    }

    private static (string Attribute, DynamoDBEntry Default)[] ConstructedAttributes(UserModel model)
    {
        ParameterInfo[] parameters = StoredMembers.ParametersOf(typeof(TUser));
        return [.. from property in model.Properties
            let parameter = Array.Find(parameters, parameter => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase))
            where parameter is not null
            let value = parameter.HasDefaultValue ? parameter.DefaultValue : null
            select (property.AttributeName, value is not null && property.TryToScalar(value, out StoredScalar scalar) ? scalar.ToEntry() : DynamoDBNull.Null)];
    }

    /// <summary>Returns whether a change has a value that is mapped: the amount of an increment is not.</summary>
    public static bool IsNewValue(PatchChange change) => change.Action is PatchAction.Set or PatchAction.Append;

    private static PatchChange[] NewValues(IEnumerable<PatchChange> changes) => [.. changes.Where(IsNewValue)];

    /// <summary>Returns a user whose constructor does not run: it has only the new values of a patch.</summary>
    public static TUser ShellWith(IReadOnlyList<PatchChange> changes)
    {
        var shell = (TUser)RuntimeHelpers.GetUninitializedObject(typeof(TUser));
        foreach (PatchChange change in changes)
        {
            if (IsNewValue(change))
                change.Property.SetValue(shell, change.Value);
        }

        return shell;
    }

    private static Dictionary<string, AttributeValue> Map(Document document)
        => document.ToAttributeMap(DynamoDBEntryConversion.V2, isEmptyStringValueEnabled: true);

    private Dictionary<string, AttributeValue> Map(TUser user) => _generated?.ToItem(user) ?? MapByContext(user);

    private Dictionary<string, AttributeValue> MapByContext(TUser user)
    {
        Dictionary<string, AttributeValue> item = Map(ToDocument(user));
        foreach (MappedProperty property in _epochs)
        {
            if (property.GetValue(user) is DateTime date)
                item[property.AttributeName] = new AttributeValue { N = MappedProperty.EpochSeconds(date) };
        }

        return item;
    }

    /// <exception cref="InvalidUserException">A value cannot be mapped.</exception>
    public Document ToDocument(TUser user)
    {
        try
        {
            return context().ToDocument(user);
        }
        catch (Exception failure) when (failure is not UserStoreException)
        {
            // A converter that fails, or a value in a structure that the SDK cannot take.
            throw new InvalidUserException(
                "Item", "cannot be mapped to attributes; the inner exception contains the reason", WithoutValues(failure, "Mapping"));
        }
    }
}
