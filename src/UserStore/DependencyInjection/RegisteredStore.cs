using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.DependencyInjection;

/// <summary>Represents a registered store, with its user type as key.</summary>
/// <param name="Connection">The connection; null for an in-memory store, which has no tables.</param>
/// <param name="Schema">The tables.</param>
internal sealed record RegisteredStore(StoreConnection? Connection, StoreSchema Schema)
{
    /// <summary>Gets what maps the users.</summary>
    public UserMapping Mapping { get; init; }

    /// <summary>Gets why the generated mapping does not map the users, although the options ask for it; null if it does, or they do not.</summary>
    public string? MappingProblem { get; init; }

    /// <summary>Creates the tables, or changes them as the options require.</summary>
    /// <returns>The names of the tables; none for an in-memory store.</returns>
    public async Task<IReadOnlyList<string>> EnsureTablesAsync(CancellationToken cancellationToken)
    {
        if (Connection is null)
            return [];
        await TableCreator.EnsureAsync(Connection, Schema, new RequestSender(Connection, Schema), cancellationToken).ConfigureAwait(false);
        return [.. Schema.Tables.Select(table => table.TableName)];
    }

    /// <summary>Returns the store of a user type that sends requests.</summary>
    public static RegisteredStore Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(StoreConnection connection)
        where TUser : class
    {
        var schema = new StoreSchema(UserModel.For<TUser>(connection.Options), connection.Options);
        SelectedMapping<TUser> selected = SelectedMapping<TUser>.For(connection, schema.Model);
        return new RegisteredStore(connection, schema) { Mapping = selected.Mapping, MappingProblem = selected.Problem };
    }
}
