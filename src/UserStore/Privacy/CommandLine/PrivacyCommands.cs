using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using UserStore.CommandLine;
using UserStore.Modeling;

namespace UserStore.Privacy.CommandLine;

/// <summary>Executes the commands on the store of one user type.</summary>
/// <param name="privacy">Exports and erases the users.</param>
/// <param name="keys">The keys of the users.</param>
internal sealed class PrivacyCommands<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(IUserPrivacy<TUser> privacy, KeyModel keys)
    : IPrivacyCommands
    where TUser : class
{
    private readonly KeyArguments _keys = new(keys);

    public async Task<CommandResult> ExportAsync(CommandContext context, CancellationToken cancellationToken)
    {
        UserKey key = _keys.ReadOne(context.Invocation);
        using var document = new MemoryStream();
        if (!await privacy.ExportAsync(key, document, cancellationToken).ConfigureAwait(false))
            throw new CommandFailedException("NotStored", "Nothing is stored of the user.");
        if (!context.Invocation.Options.TryGetValue(PrivacyCommandTable.OutputFile.Name, out string? file))
            return new ExportResult(document.ToArray());

        await CommandFiles.WriteAsync(file, document, cancellationToken).ConfigureAwait(false);
        return new MessageResult($"The export was written to {file}.", json => json.WriteString("file", file));
    }

    public async Task<CommandResult> EraseAsync(CommandContext context, TextReader input, CancellationToken cancellationToken)
    {
        IReadOnlyList<UserKey> all = await _keys.ReadAsync(context.Invocation, input, cancellationToken).ConfigureAwait(false);
        return new ListResult<UserErasureReceipt>(ReceiptJson.List, EraseAsync(all, cancellationToken), ReceiptJson.ToLine, ReceiptJson.Write);
    }

    public async Task<CommandResult> VerifyAsync(CommandContext context, TextReader input, CancellationToken cancellationToken)
    {
        string text = await CommandFiles.ReadAsync(context.Invocation.Arguments[0], input, cancellationToken).ConfigureAwait(false);
        List<UserErasureReceipt> receipts = ReceiptJson.Parse(text);
        return receipts.Count == 0
            ? throw new CommandFailedException("NoReceipts", "There are no receipts to verify.")
            : RemnantJson.ToResult(FindLeftAsync(
                privacy.VerifyErasedAsync(receipts, cancellationToken),
                "'privacy sweep' erases them while the tombstones exist; afterwards, erase the users again, unless they were created "
                    + "again since."));
    }

    public Task<CommandResult> SweepAsync(CancellationToken cancellationToken)
        => Task.FromResult(RemnantJson.ToResult(FindLeftAsync(privacy.EraseRemnantsAsync(cancellationToken), "Run 'privacy sweep' again later.")));

    public async Task<CommandResult> RestrictAsync(CommandContext context, CancellationToken cancellationToken)
    {
        UserKey key = _keys.ReadOne(context.Invocation);
        await privacy.RestrictAsync(key, cancellationToken).ConfigureAwait(false);
        return new MessageResult($"The processing of user '{key}' is restricted.", json => json.WriteBoolean("isRestricted", true));
    }

    public async Task<CommandResult> ReleaseAsync(CommandContext context, CancellationToken cancellationToken)
    {
        UserKey key = _keys.ReadOne(context.Invocation);
        await privacy.ReleaseAsync(key, cancellationToken).ConfigureAwait(false);
        return new MessageResult($"The processing of user '{key}' is not restricted.", json => json.WriteBoolean("isRestricted", false));
    }

    private async IAsyncEnumerable<UserErasureReceipt> EraseAsync(
        IReadOnlyList<UserKey> all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (UserKey key in all)
            yield return await privacy.EraseAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns remnants, and fails at the end if any of them is left.</summary>
    private static async IAsyncEnumerable<UserRemnant> FindLeftAsync(IAsyncEnumerable<UserRemnant> remnants, string remedy)
    {
        int left = 0;
        await foreach (UserRemnant remnant in remnants.ConfigureAwait(false))
        {
            left += remnant.IsErased ? 0 : 1;
            yield return remnant;
        }

        if (left > 0)
            throw new CommandFailedException("NotErased", $"{(left == 1 ? "1 item is" : $"{left} items are")} left of erased users. {remedy}");
    }
}
