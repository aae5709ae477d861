using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations.BuiltIn;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations;

/// <summary>Represents the migrations of a store, added in any order. Their ids determine the order in which they run.</summary>
public sealed class MigrationList
{
    private readonly List<MigrationRegistration> _registrations = [];

    internal IReadOnlyList<MigrationRegistration> Registrations => _registrations;

    /// <summary>Adds a migration whose constructor takes services of the application. An instance is created for each run.</summary>
    /// <typeparam name="TMigration">The migration. Adding it twice has no effect.</typeparam>
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

    /// <summary>Adds a migration that is a function. It must write only through its context; see <see cref="MigrationContext.Client"/>.</summary>
    /// <param name="id">The id; see <see cref="Migration.Id"/>.</param>
    /// <param name="up">Applies the change.</param>
    /// <param name="down">Undoes the change; null if it cannot be undone.</param>
    /// <param name="description">The description, for people.</param>
    /// <param name="revision">The revision; see <see cref="Migration.Revision"/>.</param>
    /// <param name="interruptionPolicy">What the next run does if an attempt was interrupted.</param>
    /// <returns>The list.</returns>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    public MigrationList Add(
        string id,
        Func<MigrationContext, CancellationToken, Task> up,
        Func<MigrationContext, CancellationToken, Task>? down = null,
        string? description = null,
        string? revision = null,
        InterruptionPolicy interruptionPolicy = InterruptionPolicy.Automatic)
    {
        ArgumentNullException.ThrowIfNull(up);
        Migration migration = down is null
            ? new DelegateMigration(id, up, description, revision, interruptionPolicy)
            : new UndoableDelegateMigration(id, up, down, description, revision, interruptionPolicy);
        _registrations.Add(new MigrationRegistration(_ => migration));
        return this;
    }

    /// <summary>Adds all non-abstract classes of an assembly that derive from <see cref="Migration"/>.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The list.</returns>
    [RequiresUnreferencedCode("Finds the classes by reflection. Add them individually instead.")]
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
    /// <param name="undoBehavior">What undoing the migration does to the tables.</param>
    /// <returns>The list.</returns>
    public MigrationList AddCreateTables(
        string id = "00000000000001_create_user_tables", TableUndoBehavior undoBehavior = TableUndoBehavior.Refuse)
        => Add(undoBehavior == TableUndoBehavior.Delete ? new CreateAndDeleteTables(id) : new CreateTables(id) as Migration);

    /// <summary>Adds a migration that reserves the unique values of existing users, such as their emails, with
    /// <see cref="IUniqueValueAudit{TUser}"/>. It fails if two users have the same value. It also replaces the migration <c>AddReserveEmails</c> of
    /// earlier pre-releases, whose services must be stopped before.</summary>
    /// <param name="id">The id of the migration.</param>
    /// <returns>The list.</returns>
    public MigrationList AddReserveUniqueValues(string id = "00000000000002_reserve_unique_values") => Add(new ReserveUniqueValues(id));

    /// <summary>Adds a migration that imports the items of an external table as users of the store.</summary>
    /// <param name="id">The id of the migration.</param>
    /// <param name="table">The table, with the mapping of its attributes.</param>
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

/// <summary>Specifies what undoing the creation of the tables of a store does.</summary>
public enum TableUndoBehavior
{
    /// <summary>The migration cannot be undone.</summary>
    Refuse,

    /// <summary>Deletes the tables with all users. Requires <see cref="MigrationOptions.AllowReset"/>.</summary>
    Delete,
}
