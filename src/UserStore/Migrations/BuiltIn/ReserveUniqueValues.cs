using UserStore.DynamoDb.Items;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Reserves the unique values of existing users.</summary>
internal sealed class ReserveUniqueValues(string id) : Migration(id, "Reserves the unique values of existing users.")
{
    private const int MaxNamed = 20;
    private const string Token = "token";

    // It reserved emails in the table UserEmails, which stores of version 0.1 before this migration use, and no others.
    internal override string? Replaces => "00000000000002_reserve_emails";

    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        if (context.ReservationsTable is null)
        {
            throw new InvalidMigrationException(
                Id, "reserves unique values, but the store has none: the type declares none, or UserStoreOptions.UniqueEmails is false. Remove it.");
        }

        // Resumes after the last page up to which all values are reserved.
        Checkpoint checkpoint = await context.Attempt.Checkpoints.ClaimAsync("reserve-unique-values", 0, 1, cancellationToken).ConfigureAwait(false);
        long users = checkpoint.Read;
        var unreserved = new List<string>();
        int unreservedCount = 0, invalidCount = 0;
        await foreach (UniqueValueAuditPage page in context.Attempt.Store.ReserveAsync(
            context.Attempt.Client, checkpoint.Position?.Text(Token), cancellationToken).ConfigureAwait(false))
        {
            users += page.Users;
            foreach (UniqueValueFinding finding in page.Findings.Where(finding => !finding.IsRepaired))
            {
                if (finding.Problem == UniqueValueProblem.InvalidValue)
                {
                    invalidCount++; // there is nothing to reserve
                    continue;
                }

                unreservedCount++;
                if (unreserved.Count < MaxNamed)
                    unreserved.Add(Describe(finding));
            }

            context.Report(new MigrationProgress("reserving unique values", users));
            if (context.IsDryRun)
                return; // one page, like a backfill
            if (unreservedCount == 0 && page.ContinuationToken is { } token)
            {
                checkpoint = checkpoint with { Read = users, Position = new() { [Token] = new(token) } };
                await context.Attempt.Checkpoints.SaveAsync(checkpoint, storedPoison: 0, cancellationToken).ConfigureAwait(false);
            }
        }

        if (unreservedCount > 0)
        {
            string more = unreservedCount > unreserved.Count ? ", ..." : "";
            throw new InvalidMigrationException(
                Id,
                $"could not reserve {unreservedCount} {(unreservedCount == 1 ? "value" : "values")}: {string.Join(", ", unreserved)}{more}. Where two "
                    + "users have the same value, choose who keeps it and change the other; then run the migration again.");
        }

        if (invalidCount > 0)
            MigrationLog.InvalidValuesRemain(context.Logger, Id, invalidCount);
    }

    private static string Describe(UniqueValueFinding finding) => finding.Problem == UniqueValueProblem.DuplicateValue
        ? $"{finding.PropertyName} of '{finding.Key}' and '{finding.OtherKey}'"
        : $"{finding.PropertyName} of '{finding.Key}' ({finding.Problem})";
}
