using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserStore.Migrations;

namespace UserStore.DependencyInjection;

/// <summary>Records the stores that are registered in one service collection, and the tables that stores, migrations and replications use, so that
/// no table is used twice.</summary>
internal sealed class StoreRegistry
{
    private readonly IServiceCollection _services;
    private readonly List<TableOwner> _owners = [];
    private readonly HashSet<Type> _inMemory = [];
    private readonly HashSet<Type> _withReservationCleanup = [];

    private StoreRegistry(IServiceCollection services) => _services = services;

    /// <summary>Gets the user types of the registered stores.</summary>
    public IEnumerable<Type> UserTypes => _owners.Where(owner => owner.OptionsType == typeof(UserStoreOptions))
        .Select(owner => owner.UserType).Union(_inMemory);

    /// <summary>Gets the user types of the stores that have migrations, in the order of their registration.</summary>
    public IEnumerable<Type> UserTypesWithMigrations
        => _owners.Where(owner => owner.OptionsType == typeof(MigrationOptions)).Select(owner => owner.UserType);

    // All stores use a client that the service registered itself, whatever their options specify.
    private bool IsClientShared => _services.Any(service => service.ServiceType == typeof(IAmazonDynamoDB) && !service.IsKeyedService);

    /// <summary>Returns the registry of a service collection.</summary>
    public static StoreRegistry Of(IServiceCollection services)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(StoreRegistry))?.ImplementationInstance is StoreRegistry existing)
            return existing;
        var registry = new StoreRegistry(services);
        services.AddSingleton(registry);
        return registry;
    }

    public void Add(TableOwner owner)
    {
        if (!_owners.Exists(known => known.OptionsType == owner.OptionsType && known.OptionsName == owner.OptionsName))
            _owners.Add(owner);
    }

    /// <summary>Records that a store is in memory, so that it uses no tables.</summary>
    public void AddInMemory(Type userType) => _inMemory.Add(userType);

    /// <summary>Records that a handler of changes releases the values of users that expire.</summary>
    public void AddReservationCleanup(Type userType) => _withReservationCleanup.Add(userType);

    public bool HasReservationCleanup(Type userType) => _withReservationCleanup.Contains(userType);

    /// <summary>Returns the names of the tables of all stores.</summary>
    public IReadOnlyCollection<string> TablesOfStores(IServiceProvider provider)
        => [.. _owners.Where(owner => owner.OptionsType == typeof(UserStoreOptions) && !_inMemory.Contains(owner.UserType))
            .SelectMany(owner => owner.Tables(provider, null)).Select(table => table.TableName)];

    /// <summary>Returns a sentence for each table of an owner that an owner registered earlier uses, too.</summary>
    /// <remarks>Only the later of two owners is rejected, so that the start reports each conflict once. The earlier one is safe without
    /// it.</remarks>
    public IEnumerable<string> FindConflicts<TOptions>(IServiceProvider provider, string? optionsName, TOptions options)
    {
        int position = _owners.FindIndex(owner => owner.OptionsType == typeof(TOptions) && owner.OptionsName == optionsName);
        if (position < 0 || _inMemory.Contains(_owners[position].UserType))
            yield break;

        TableOwner owner = _owners[position];
        IReadOnlyList<TableUse> tables = owner.Tables(provider, options);
        foreach (TableOwner earlier in _owners.Take(position))
        {
            if (!AreComparable(provider, owner, earlier))
                continue;
            IReadOnlyList<TableUse> used = earlier.Tables(provider, null);
            bool hasConflict = false;
            foreach (TableUse table in tables)
            {
                if (used.FirstOrDefault(other => other.TableName == table.TableName) is not { } other || (hasConflict && table.IsDerived))
                    continue;
                hasConflict = true;
                yield return Describe(table, other, earlier);
            }
        }
    }

    private bool AreComparable(IServiceProvider provider, TableOwner owner, TableOwner earlier)
    {
        if (_inMemory.Contains(earlier.UserType))
            return false;
        if (owner.UserType == earlier.UserType) // a replication compares itself with its source
            return !(owner.IsReplication && earlier.OptionsType == typeof(UserStoreOptions));
        return IsClientShared || DynamoDbClients.KeyOf(StoreOptionsOf(provider, owner)) == DynamoDbClients.KeyOf(StoreOptionsOf(provider, earlier));
    }

    private static string Describe(TableUse table, TableUse other, TableOwner owner)
    {
        string remedy = table.Property == other.Property ? $"{table.Property} of one of them" : $"{table.Property} or {other.Property}";
        string example = table.Suggestion is null ? "" : $", such as '{table.Suggestion}'";
        return $"{table.Property} with the prefix is '{table.TableName}', which is also the {other.Role} of {owner.UserType}. Set {remedy}{example}.";
    }

    private static UserStoreOptions StoreOptionsOf(IServiceProvider provider, TableOwner owner)
        => CreateOptions<UserStoreOptions>(provider, UserStoreOptions.NameFor(owner.UserType));

    /// <summary>Creates options without validating them: while options are validated, they can only be compared with others that are
    /// not.</summary>
    public static TOptions CreateOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceProvider provider, string name)
        where TOptions : class
        => new OptionsFactory<TOptions>(
            provider.GetServices<IConfigureOptions<TOptions>>(), provider.GetServices<IPostConfigureOptions<TOptions>>()).Create(name);
}
