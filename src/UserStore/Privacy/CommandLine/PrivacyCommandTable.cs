using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Lists the commands.</summary>
internal static class PrivacyCommandTable
{
    public static readonly CommandOption OutputFile = new("--output", "<file>", "writes the document to a file, which only its owner may read");

    // The store knows the rules of its keys, and the commands check them before they do anything.
    private static readonly CommandArgument Key = new(
        "<key>", "The key of the user. A sort key is an argument of its own, after the partition key.", static _ => { })
    { IsList = true };

    private static readonly CommandArgument Keys = new(
        "<key>...",
        "The keys of the users; each sort key follows its partition key. - reads a key from each line of standard input, with a tab before the sort key.",
        static _ => { })
    { IsList = true };

    private static readonly CommandArgument Receipts = new(
        "<receipts>", "A file with the receipts that 'erase' wrote, as JSON; - for standard input.", static _ => { });

    public static IReadOnlyList<Command> All { get; } =
    [
        new Command<PrivacyCommandTarget>("export", "Writes everything that is stored of a user as a JSON document.")
        {
            Arguments = [Key],
            Options = [OutputFile],
            Details = "The exit code is 1 if nothing is stored.",
            Examples = ["export 42", "export 42 --output user.json", "export tenant-7 42 --store Member"],
            ExecuteAsync = static (target, context, token) => target.Commands.ExportAsync(context, token),
        },
        new Command<PrivacyCommandTarget>("erase", "Erases users completely, and writes a receipt for each as a line of JSON.")
        {
            Arguments = [Keys],
            Details = "A receipt has no personal data: keep it for 'verify'. Stops at the first failure; run the command again to complete it.",
            Confirmation = new("--yes", "'erase' deletes everything that is stored of the users, and nothing can restore it."),
            Examples = ["erase 42 43 --yes", "erase - --yes", "erase tenant-7 42 --yes --store Member"],
            ExecuteAsync = static (target, context, token) => target.Commands.EraseAsync(context, target.Input, token),
        },
        new Command<PrivacyCommandTarget>("verify", "Fails if anything is left of erased users, and lists it.")
        {
            Arguments = [Receipts],
            Details = "Scans all tables. Lists the keys of the items, which can be personal data.",
            Examples = ["verify receipts.jsonl", "verify -"],
            ExecuteAsync = static (target, context, token) => target.Commands.VerifyAsync(context, target.Input, token),
        },
        new Command<PrivacyCommandTarget>("sweep", "Erases what is left of users who have a tombstone, such as after a restore.")
        {
            IsForAllStores = true,
            Details = "Scans all tables. The exit code is 1 if anything could not be erased.",
            Examples = ["sweep", "sweep --json"],
            ExecuteAsync = static (target, _, token) => target.Commands.SweepAsync(token),
        },
        new Command<PrivacyCommandTarget>("restrict", "Restricts the processing of a user, who then counts as absent.")
        {
            Arguments = [Key],
            Examples = ["restrict 42"],
            ExecuteAsync = static (target, context, token) => target.Commands.RestrictAsync(context, token),
        },
        new Command<PrivacyCommandTarget>("release", "Ends the restriction of a user.")
        {
            Arguments = [Key],
            Examples = ["release 42"],
            ExecuteAsync = static (target, context, token) => target.Commands.ReleaseAsync(context, token),
        },
    ];
}
