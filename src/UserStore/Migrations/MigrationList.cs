using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations.BuiltIn;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations;

/// <summary>The migrations of a store. The order in which they are added does not matter, their ids do.</summary>
public sealed class MigrationList
{
    private readonly List<MigrationRegistration> _registrations = [];

    internal IReadOnlyList<MigrationRegistration> Registrations => _registrations;

    /// <summary>Adds a migration whose constructor takes services of the application; it is made anew for each run.</summary>
    /// <typeparam name="TMigration">The migration. Added twice, it counts once.</typeparam>
    /// <returns>The list.</returns>
    public MigrationList Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMigration>()
        where TMigration : Migration
        => Add(typeof(TMigration));

    /// <summary>Adds a migration.</summary>
    /// <typeparam name="TMigration">Its type.</typeparam>
    /// <param name="migration">The migration.</param>
    /// <returns>The list.</returns>
    public MigrationList Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMigration>(
        TMigration migration)
        where TMigration : Migration
    {
        ArgumentNullException.ThrowIfNull(migration);
        _registrations.Add(new MigrationRegistration(_ => migration) { Type = typeof(TMigration), IsInstance = true });
        return this;
    }

    /// <summary>Adds a migration that is a function.</summary>
    /// <param name="id">The id; see <see cref="Migration.Id"/>.</param>
    /// <param name="up">Makes the change.</param>
    /// <param name="down">Takes it back, if it can be.</param>
    /// <param name="description">What it does, for people.</param>
    /// <param name="revision">The revision; see <see cref="Migration.Revision"/>.</param>
    /// <returns>The list.</returns>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    public MigrationList Add(
        string id,
        Func<MigrationContext, CancellationToken, Task> up,
        Func<MigrationContext, CancellationToken, Task>? down = null,
        string? description = null,
        string? revision = null)
    {
        ArgumentNullException.ThrowIfNull(up);
        Migration migration = down is null
            ? new DelegateMigration(id, up, description, revision)
            : new UndoableDelegateMigration(id, up, down, description, revision);
        _registrations.Add(new MigrationRegistration(_ => migration));
        return this;
    }

    /// <summary>Adds all classes of an assembly that derive from <see cref="Migration"/> and are not abstract.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The list.</returns>
    [RequiresUnreferencedCode("Finds the classes by reflection. Add them one by one instead.")]
    public MigrationList AddFromAssembly(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (Type type in assembly.GetTypes().Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: false }
            && type.IsAssignableTo(typeof(Migration)) && assembly != typeof(MigrationList).Assembly))
        {
            Add(type);
        }

        return this;
    }

    /// <summary>Adds a migration that creates the tables of the store, as <see cref="IUserStore{TUser}.EnsureTablesAsync"/> does.</summary>
    /// <param name="id">The id of the migration.</param>
    /// <param name="undoBehavior">What happens to the tables when it is undone.</param>
    /// <returns>The list.</returns>
    public MigrationList AddCreateTables(
        string id = "00000000000001_create_user_tables", TableUndoBehavior undoBehavior = TableUndoBehavior.Refuse)
        => Add(undoBehavior == TableUndoBehavior.Delete ? new CreateAndDeleteTables(id) : new CreateTables(id) as Migration);

    /// <summary>Adds a migration that reserves the emails of the users who are there already, by <see cref="IUserEmailAudit{TUser}"/>. It
    /// fails when two users have the same email.</summary>
    /// <param name="id">The id of the migration.</param>
    /// <returns>The list.</returns>
    public MigrationList AddReserveEmails(string id = "00000000000002_reserve_emails") => Add(new ReserveEmails(id));

    /// <summary>Adds a migration that takes over the items of another program's table as users of the store.</summary>
    /// <param name="id">The id of the migration.</param>
    /// <param name="table">The table, and how its attributes are called here.</param>
    /// <returns>The list.</returns>
    public MigrationList AddImport(string id, ExternalTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Add(new ImportTable(id, table));
    }

    private MigrationList Add([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type)
    {
        if (!_registrations.Exists(registration => registration.Type == type && !registration.IsInstance))
        {
            _registrations.Add(
                new MigrationRegistration(provider => (Migration)ActivatorUtilities.CreateInstance(provider, type)) { Type = type });
        }

        return this;
    }
}

/// <summary>What happens to the tables of a store when their creation is undone.</summary>
public enum TableUndoBehavior
{
    /// <summary>The migration cannot be undone.</summary>
    Refuse,

    /// <summary>They are deleted, with all users.</summary>
    Delete,
}
