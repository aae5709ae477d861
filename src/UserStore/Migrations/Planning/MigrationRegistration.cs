using System.Diagnostics.CodeAnalysis;

namespace UserStore.Migrations.Planning;

/// <summary>Creates a migration.</summary>
/// <param name="Create">Creates the migration, or returns the one that was registered.</param>
internal sealed record MigrationRegistration(Func<IServiceProvider, Migration> Create)
{
    /// <summary>Gets the class of the migration, whose constructors name the services that it uses; null for a function.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? Type { get; init; }

    /// <summary>Gets a value indicating whether an instance was registered instead of a class.</summary>
    public bool IsInstance { get; init; }
}

/// <summary>Represents a migration that is a function.</summary>
internal sealed class DelegateMigration(
    string id, Func<MigrationContext, CancellationToken, Task> up, string? description, string? revision, InterruptionPolicy interruptionPolicy)
    : Migration(id, description, revision, interruptionPolicy)
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => up(context, cancellationToken);
}

/// <summary>Represents a migration that is two functions.</summary>
internal sealed class UndoableDelegateMigration(
    string id,
    Func<MigrationContext, CancellationToken, Task> up,
    Func<MigrationContext, CancellationToken, Task> down,
    string? description,
    string? revision,
    InterruptionPolicy interruptionPolicy)
    : UndoableMigration(id, description, revision, interruptionPolicy)
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => up(context, cancellationToken);

    public override Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => down(context, cancellationToken);
}
