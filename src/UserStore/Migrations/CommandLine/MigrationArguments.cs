using System.Globalization;
using UserStore.CommandLine;
using UserStore.Migrations.Planning;
using UserStore.Migrations.Running;

namespace UserStore.Migrations.CommandLine;

/// <summary>Lists the arguments of the commands.</summary>
internal static class MigrationArguments
{
    private static readonly Dictionary<string, MigrationRepair> Repairs = new(StringComparer.OrdinalIgnoreCase)
    {
        ["applied"] = MigrationRepair.MarkApplied,
        ["failed"] = MigrationRepair.MarkFailed,
        ["retry"] = MigrationRepair.Retry,
        ["revision"] = MigrationRepair.AcceptRevision,
    };

    public static readonly CommandArgument Id = new("<id>", "The id of a migration.", static value => MigrationId.Check(value));

    public static readonly CommandArgument Count = new(
        "<n>", "The number of migrations: above 0 to apply the next ones, below 0 to undo the last ones.", static value => CountOf(value));

    public static readonly CommandArgument Repair = new(
        "<repair>",
        "retry: the next run resumes the attempt. applied, failed: the migration counts as such. revision: the changed revision is accepted.",
        static value => RepairOf(value));

    public static readonly CommandArgument Reason = new(
        "<reason>...", "The reason, which the journal or the lock records: 1 to 1,000 characters.", JournalRepair.CheckReason)
    { IsRest = true };

    public static int CountOf(string value)
        => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) && count != 0
            ? count
            : throw new ArgumentException("It must be an integer other than 0.");

    public static MigrationRepair RepairOf(string value) => Repairs.TryGetValue(value, out MigrationRepair repair)
        ? repair
        : throw new ArgumentException(
            $"It must be {string.Join(", ", Repairs.Keys.SkipLast(1))} or {Repairs.Keys.Last()}.{Suggestion.For(value, Repairs.Keys)}");
}
