using Microsoft.Extensions.DependencyInjection;

namespace UserStore.Migrations.Planning;

/// <summary>How a migration is made.</summary>
/// <param name="Type">Its class, if that was registered.</param>
/// <param name="Create">Makes it.</param>
/// <param name="FindBypass">Finds what it has to reach tables past the client of its context, or null.</param>
internal sealed record MigrationRegistration(
    Type? Type, Func<IServiceProvider, Migration> Create, Func<IServiceCollection, Type?> FindBypass);

/// <summary>A migration that is a function.</summary>
internal sealed class DelegateMigration(
    string id, Func<MigrationContext, CancellationToken, Task> up, string? description, string? revision)
    : Migration(id, description, revision)
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => up(context, cancellationToken);
}

/// <summary>A migration that is two functions.</summary>
internal sealed class UndoableDelegateMigration(
    string id,
    Func<MigrationContext, CancellationToken, Task> up,
    Func<MigrationContext, CancellationToken, Task> down,
    string? description,
    string? revision)
    : UndoableMigration(id, description, revision)
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => up(context, cancellationToken);

    public override Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => down(context, cancellationToken);
}
