using UserStore.DynamoDb.Items;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Reserves the emails of users that are there already.</summary>
internal sealed class ReserveEmails(string id) : Migration(id, "Reserves the emails of the users who are there.")
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

        // Walks go on from the last page before which everything was in order.
        var key = new CheckpointKey(Id, context.Attempt.Run, "reserve-emails", 0, 1);
        Checkpoint checkpoint = await context.Attempt.StampAsync(key, cancellationToken).ConfigureAwait(false);
        long users = checkpoint.Read;
        var open = new List<string>();
        int openCount = 0;
        await foreach (UserEmailAuditPage page in context.Attempt.Store.RepairEmailsAsync(
            context.Client, checkpoint.Position?.Text(Token), cancellationToken).ConfigureAwait(false))
        {
            users += page.Users;
            foreach (UserEmailFinding finding in page.Findings.Where(finding => !finding.IsRepaired))
            {
                openCount++;
                if (open.Count < MaxNamed)
                    open.Add(finding.UserId);
            }

            context.Report(new MigrationProgress("reserving emails", users));
            if (openCount == 0 && page.ContinuationToken is { } token)
            {
                checkpoint = checkpoint with { Read = users, Position = new() { [Token] = new(token) } };
                await context.Attempt.WriteAsync(checkpoint, cancellationToken).ConfigureAwait(false);
            }
        }

        // In a dry run nothing is mended, because nothing is written.
        if (openCount > 0 && !context.IsDryRun)
        {
            throw new InvalidMigrationException(
                Id,
                $"could not reserve {openCount} emails, because several users have the same: see IUserEmailAudit.CheckAsync, choose who keeps it, and "
                    + $"run it again. Users: {string.Join(", ", open)}{(openCount > open.Count ? ", ..." : "")}.");
        }
    }
}
