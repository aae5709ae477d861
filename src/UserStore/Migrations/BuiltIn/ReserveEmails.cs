using UserStore.DynamoDb.Items;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Reserves the emails of existing users.</summary>
internal sealed class ReserveEmails(string id) : Migration(id, "Reserves the emails of existing users.")
{
    private const int MaxNamed = 20;
    private const string Token = "token";

    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        if (context.EmailsTable is null)
        {
            throw new InvalidMigrationException(
                Id, "reserves emails, but UserStoreOptions.UniqueEmails is false. Remove it, or set the option.");
        }

        // Resumes after the last page up to which all emails are reserved.
        Checkpoint checkpoint = await context.Attempt.Checkpoints.ClaimAsync("reserve-emails", 0, 1, cancellationToken).ConfigureAwait(false);
        long users = checkpoint.Read;
        var unreserved = new List<string>();
        int unreservedCount = 0;
        await foreach (UserEmailAuditPage page in context.Attempt.Store.RepairEmailsAsync(
            context.Attempt.Client, checkpoint.Position?.Text(Token), cancellationToken).ConfigureAwait(false))
        {
            users += page.Users;
            foreach (UserEmailFinding finding in page.Findings.Where(
                finding => !finding.IsRepaired && finding.Problem != UserEmailProblem.InvalidEmail)) // for which there is nothing to reserve
            {
                unreservedCount++;
                if (unreserved.Count < MaxNamed)
                    unreserved.Add(finding.Key.ToString());
            }

            context.Report(new MigrationProgress("reserving emails", users));
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
            throw new InvalidMigrationException(
                Id,
                $"could not reserve {unreservedCount} emails, because several users have the same email. See IUserEmailAudit.CheckAsync, choose who "
                    + $"keeps it, and run the migration again. Users: {string.Join(", ", unreserved)}{(unreservedCount > unreserved.Count ? ", ..." : "")}.");
        }
    }
}
