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
        if (model.Encrypted.Count > 0)
        {
            return new(null, $"{typeof(TUser).Name} has encrypted properties ({string.Join(", ", model.Encrypted.Select(property => property.Name))}), which "
                + "the generated mapping does not support; set Mapping to Context.");
        }

        if (GeneratedMappings.Find<TUser>() is not { } generated)
        {
            return new(null, typeof(TUser).IsDefined(typeof(GenerateUserMappingAttribute), inherit: false)
                ? $"{typeof(TUser).Name} has [GenerateUserMapping], but its project was built without the generator of the package UserStore; reference the "
                    + "package in that project, with its analyzers, and rebuild it."
                : $"{typeof(TUser).Name} has no generated mapping; mark it with [GenerateUserMapping], and rebuild its project.");
        }

        return DifferenceFrom(generated, model) is { } difference
            ? new(null, $"{difference}. Rebuild the project that has {typeof(TUser).Name}. If that does not help, these members are private in another project "
                + "or written by another source generator, which its code does not show: declare them in the same project, or set Mapping to Context.")
            : new(generated, null);
    }

    // The compiler shows the generator less than there is. What it did not see, the mapping would neither read nor write.
    private static string? DifferenceFrom(GeneratedMapping<TUser> generated, UserModel model)
    {
        if (!generated.Attributes.SequenceEqual(model.Attributes))
        {
            return $"The generated mapping of {typeof(TUser).Name} has the attributes {string.Join(", ", generated.Attributes)} instead of "
                + string.Join(", ", model.Attributes);
        }

        return generated.Structures.Select(structure => (structure.Name, Members: structure.Differences().ToArray()))
            .Where(structure => structure.Members.Length > 0)
            .Select(structure => $"The generated mapping of {typeof(TUser).Name} and the context differ in {structure.Name}: "
                + string.Join(", ", structure.Members))
            .FirstOrDefault();
    }
}
