using System.Diagnostics.CodeAnalysis;

namespace UserStore.Migrations.Planning;

/// <summary>Represents the migrations of a service, created for one run, in the order of their ids.</summary>
internal sealed class MigrationSource
{
    private readonly Dictionary<string, (Migration Migration, MigrationRegistration Registration)> _byId;

    private MigrationSource(Dictionary<string, (Migration, MigrationRegistration)> byId)
        => (_byId, Ids) = (byId, [.. byId.Keys.Order(StringComparer.Ordinal)]);

    public IReadOnlyList<string> Ids { get; }

    public Migration this[string id] => _byId[id].Migration;

    public bool Has(string id) => _byId.ContainsKey(id);

    /// <summary>Returns the class of a migration, or null when it is a function.</summary>
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? TypeOf(string id) => _byId[id].Registration.Type;

    /// <summary>Returns an exception that lists the migrations that are not applied, or null if all are. Migrations that only the journal contains
    /// are ignored.</summary>
    public MigrationPlanException? FindBehind(IReadOnlyList<MigrationEntry> journal)
    {
        var states = journal.ToDictionary(entry => entry.Id, entry => entry.State, StringComparer.Ordinal);
        string[] open = [.. Ids.Where(id => StateOf(id) != MigrationState.Applied)];
        return open.Length == 0 ? null : new MigrationPlanException(
            MigrationPlanError.NotUpToDate,
            open,
            $"Of {Ids.Count} migrations, these are not applied: {string.Join(", ", open.Select(id => $"{id} ({StateOf(id)})"))}. Run them first.");

        MigrationState StateOf(string id) => states.GetValueOrDefault(id);
    }

    /// <exception cref="InvalidMigrationException">An id is malformed, duplicate, or does not sort with the others.</exception>
    /// <exception cref="MigrationPlanException">There are no migrations.</exception>
    public static MigrationSource Load(MigrationList list, IServiceProvider services)
    {
        var byId = new Dictionary<string, (Migration Migration, MigrationRegistration)>(StringComparer.Ordinal);
        foreach (MigrationRegistration registration in list.Registrations)
        {
            Migration migration = registration.Create(services);
            if (!byId.TryAdd(migration.Id, (migration, registration)))
            {
                throw new InvalidMigrationException(
                    migration.Id,
                    $"is registered twice, as {byId[migration.Id].Migration.GetType().Name} and {migration.GetType().Name}. Give one of them "
                        + "another id.");
            }
        }

        if (byId.Count == 0)
        {
            throw new MigrationPlanException(
                MigrationPlanError.NoMigrations,
                [],
                "The store has no migrations. Add some in AddMigrations, such as options.Migrations.AddCreateTables().");
        }

        var source = new MigrationSource(byId);
        int digits = MigrationId.DigitsOf(source.Ids[0]);
        string? other = source.Ids.FirstOrDefault(id => MigrationId.DigitsOf(id) != digits);
        return other is null ? source : throw new InvalidMigrationException(
            other,
            $"starts with {MigrationId.DigitsOf(other)} digits, but '{source.Ids[0]}' with {digits}, so that they do not sort as numbers. "
                + "Give all of them the same number of digits.");
    }
}
