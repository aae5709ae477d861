using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.Mapping;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>Maps users to JSON by a generated mapping. The context maps a user that is irregular, and says which rule it violates.</summary>
internal sealed class GeneratedUsers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    GeneratedMapping<TUser> mapping, UserItems<TUser> items, UserModel model)
    where TUser : class
{
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public MappedUser Map(TUser user) => TryMap(user, changes: null) ?? FromItem(items.ToItem(user));

    /// <exception cref="InvalidUserException">A value violates a rule of DynamoDB.</exception>
    public MappedUser MapChanges(IReadOnlyList<PatchChange> changes)
        => TryMap(UserItems<TUser>.ShellWith(changes), changes) ?? FromItem(items.MapChanges(changes));

    /// <summary>Returns at least the size of a user's item in bytes.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public long SizeOf(TUser user)
    {
        if (ItemSize.UpperBound(user, model) is { } size and <= ItemRules.MaxItemBytes)
            return size;
        using MappedUser mapped = Map(user);
        return ((GeneratedUser)mapped).Length;
    }

    private GeneratedUser? TryMap(TUser user, IReadOnlyList<PatchChange>? changes)
    {
        JsonBody values = JsonBody.Rent();
        int[] ends = new int[model.Attributes.Count];
        try
        {
            for (int attribute = 0; attribute < ends.Length; attribute++)
            {
                if (changes is null || IsSet(model.Attributes[attribute], changes))
                    mapping.Write(user, attribute, values.Values);
                ends[attribute] = values.Length;
            }

            if (IsRegular(values))
                return new GeneratedUser(values, ends);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Code of the type failed, such as a getter. The context runs it once more, and says so.
        }

        values.Dispose();
        return null;
    }

    // DynamoDB counts fewer bytes than the JSON has; of a longer one, the context counts them.
    private bool IsRegular(JsonBody values) => !values.Values.IsIrregular && values.Length + model.AttributeBytes <= ItemRules.MaxItemBytes;

    private static bool IsSet(string attribute, IReadOnlyList<PatchChange> changes)
    {
        foreach (PatchChange change in changes)
        {
            if (UserItems<TUser>.IsNewValue(change) && change.Property.AttributeName == attribute)
                return true;
        }

        return false;
    }

    private GeneratedUser FromItem(Dictionary<string, AttributeValue> item)
    {
        JsonBody values = JsonBody.Rent();
        int[] ends = new int[model.Attributes.Count];
        for (int attribute = 0; attribute < ends.Length; attribute++)
        {
            if (item.TryGetValue(model.Attributes[attribute], out AttributeValue? value))
                values.Values.Write(value);
            ends[attribute] = values.Length;
        }

        return new GeneratedUser(values, ends);
    }
}
