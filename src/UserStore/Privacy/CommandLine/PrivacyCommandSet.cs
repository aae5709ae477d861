using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>The commands of <c>privacy</c>.</summary>
internal sealed class PrivacyCommandSet()
    : CommandSet("privacy", "Exports, erases and restricts users, and checks that nothing is left of erased ones.", PrivacyCommandTable.All)
{
    public override string StoresName => "Stores";

    public override (string Type, string Message) NoStores => ("NoStores", "The service has no store. Call AddUserStore.");
}

/// <summary>Represents a store whose users are exported, erased and restricted.</summary>
/// <param name="Commands">What the commands do.</param>
/// <param name="Input">The reader of keys and receipts.</param>
internal sealed record PrivacyCommandTarget(IPrivacyCommands Commands, TextReader Input);
