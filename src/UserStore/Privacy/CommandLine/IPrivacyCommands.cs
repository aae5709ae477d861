using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Executes the commands on one store, whatever its user type.</summary>
internal interface IPrivacyCommands
{
    Task<CommandResult> ExportAsync(CommandContext context, CancellationToken cancellationToken);

    Task<CommandResult> EraseAsync(CommandContext context, TextReader input, CancellationToken cancellationToken);

    Task<CommandResult> VerifyAsync(CommandContext context, TextReader input, CancellationToken cancellationToken);

    Task<CommandResult> SweepAsync(CancellationToken cancellationToken);

    Task<CommandResult> RestrictAsync(CommandContext context, CancellationToken cancellationToken);

    Task<CommandResult> ReleaseAsync(CommandContext context, CancellationToken cancellationToken);
}
