using UserStore.DynamoDb.Sending;
using UserStore.Mapping;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users;

/// <summary>What maps the users of a store, and why it is not what the options ask for.</summary>
/// <param name="Generated">The generated mapping; null if the context maps the users.</param>
/// <param name="Problem">Why the context maps the users although the options ask for the generated mapping; a sentence.</param>
internal sealed record SelectedMapping<TUser>(GeneratedMapping<TUser>? Generated, string? Problem)
    where TUser : class
{
    /// <summary>Gets the name of what maps the users.</summary>
    public UserMapping Mapping => Generated is null ? UserMapping.Context : UserMapping.Generated;

    /// <summary>Returns the mapping of a store that sends requests.</summary>
    public static SelectedMapping<TUser> For(StoreConnection connection, UserModel model)
    {
        SelectedMapping<TUser> selected = ForItems(connection.Options, model);
        return selected.Generated is null || connection.Client is UserStoreClient
            ? selected
            : new(null, "The service registered its own IAmazonDynamoDB; let AddUserStore create the client.");
    }

    /// <summary>Returns the mapping of items that were received otherwise, as those of streams.</summary>
    public static SelectedMapping<TUser> ForItems(UserStoreOptions options, UserModel model)
    {
        if (options.Mapping != UserMapping.Generated)
            return new(null, null);
        if (GeneratedMappings.Find<TUser>() is not { } generated)
            return new(null, $"{typeof(TUser).Name} has no generated mapping; mark it with [GenerateUserMapping], and build the project.");
        return generated.Attributes.SequenceEqual(model.Attributes)
            ? new(generated, null)
            : new(null, $"The generated mapping of {typeof(TUser).Name} has other attributes than the type; rebuild the project.");
    }
}
