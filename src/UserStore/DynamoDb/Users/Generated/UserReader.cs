using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Mapping;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>Reads the items of users from JSON by a generated mapping, and leaves those that are irregular to the context.</summary>
internal sealed class UserReader<TUser>(GeneratedMapping<TUser> mapping, UserModel model)
    where TUser : class
{
    private readonly ItemLayout _layout = new(model, mapping.Attributes, keepsKey: false);
    private readonly ItemLayout _keyedLayout = new(model, mapping.Attributes, keepsKey: true);
    private readonly bool _isUser = typeof(TUser).IsAssignableTo(typeof(User));
    private readonly bool _isRevisionMarked = model.Revision?.Has<RevisionAttribute>() == true;

    /// <summary>Returns a reader of a response.</summary>
    /// <param name="json">The response.</param>
    /// <param name="readsMany">Whether it has many items, which can share strings.</param>
    /// <param name="keepsKeys">Whether the keys are read as well.</param>
    public ItemReader NewReader(ReadOnlySpan<byte> json, bool readsMany, bool keepsKeys = false)
        => new(json, keepsKeys ? _keyedLayout : _layout, readsMany);

    /// <summary>Reads the items of an array.</summary>
    public ReadItems<TUser> ReadMany(ref ItemReader reader)
    {
        reader.Json.BeginArray();
        List<TUser>? users = null;
        List<(int Position, Dictionary<string, AttributeValue> Item)>? unmapped = null;
        while (reader.Json.NextElement())
        {
            ReadItem<TUser> item = Read(ref reader);
            if (item.User is not null)
                (users ??= new List<TUser>(reader.CountOfRest())).Add(item.User);
            else if (item.Item is not null)
                (unmapped ??= []).Add((users?.Count ?? 0, item.Item));
        }

        return new ReadItems<TUser>(users, unmapped, null);
    }

    /// <summary>Reads the items of an array with their keys.</summary>
    public List<ReadItem<TUser>> ReadKeyed(ref ItemReader reader)
    {
        List<ReadItem<TUser>>? items = null;
        reader.Json.BeginArray();
        while (reader.Json.NextElement())
        {
            ReadItem<TUser> item = Read(ref reader);
            if (item.User is not null)
                item = item with { Key = KeyIn(reader.Kept) };
            if (item.User is not null || item.Item is not null)
                (items ??= new List<ReadItem<TUser>>(reader.CountOfRest())).Add(item);
        }

        return items ?? [];
    }

    /// <summary>Reads an item.</summary>
    public ReadItem<TUser> Read(ref ItemReader reader)
    {
        reader.BeginItem();
        // Whether an item without an attribute of the type is absent, one of another program or damaged, its other attributes show.
        if (mapping.TryRead(ref reader) is not { } user || !reader.HasAttributes)
            return ReadItem<TUser>.Of(reader.ReadAgain());
        if (!IsUser(reader.Kept))
            return default;
        return model.Revision is null || TryAttach(user, ref reader)
            ? new ReadItem<TUser>(user, reader.ExpiresAt, null)
            : ReadItem<TUser>.Of(reader.ReadAgain());
    }

    private bool IsUser(ReadOnlySpan<StoredScalar?> kept)
    {
        for (int i = 0; i < model.Discriminators.Count; i++)
        {
            if (kept[_layout.Discriminators[i]]?.SameAs(model.Discriminators[i].Value) != true)
                return false;
        }

        return true;
    }

    private UserKey? KeyIn(ReadOnlySpan<StoredScalar?> kept)
        => model.Key.Find(kept[_keyedLayout.Keys[0]], _keyedLayout.Keys is [_, var sort] ? kept[sort] : null);

    private HeldValues Held(ReadOnlySpan<StoredScalar?> kept, TUser user)
    {
        if (_layout.Reserved is [_] && HeldOf(0, kept, user) is { } only)
            return new HeldValues(only);
        string?[] values = new string?[_layout.Reserved.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = HeldOf(i, kept, user);
        return HeldValues.Of(values);
    }

    // Of a set, the reader keeps only the last string.
    private string? HeldOf(int reserved, ReadOnlySpan<StoredScalar?> kept, TUser user)
    {
        MappedProperty property = model.ReservedProperties[reserved];
        if (property.IsStringSet)
            return UserRoleValues.TextOf(property, user);
        return kept[_layout.Reserved[reserved]] is { } stored ? UserRoleValues.TextOf(property, stored) : null;
    }

    private bool TryAttach(TUser user, ref ItemReader reader)
    {
        string? content = reader.WriteId is null ? ItemRevision.FingerprintOf(reader.ReadAgain(), model) : null;
        var known = new UserRevision(reader.WriteId, reader.BirthId, reader.Version, reader.ExpiresAt, Held(reader.Kept, user)) { Content = content };
        if (!_isUser)
            return TrySetRevision(user, known.IsText ? known.ToString() : null);
        ((User)(object)user).Revision = known;
        return true;
    }

    private bool TrySetRevision(TUser user, string? revision)
    {
        try
        {
            // The generator does not know a revision that only the options describe.
            if (_isRevisionMarked)
                mapping.SetRevision(user, revision);
            else
                model.Revision!.SetValue(user, revision);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return false; // the context sets it once more, and says why it cannot
        }
    }
}
