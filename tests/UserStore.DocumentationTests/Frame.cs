namespace UserStore.DocumentationTests;

/// <summary>What a reader's program has besides the code of a page. A page that uses one of these names explains it.</summary>
internal static class Frame
{
    private const string Source = """
        public class Frame
        {
            protected string[] args = default!;
            protected Microsoft.Extensions.Hosting.IHost app = default!;
            protected UserStore.IUniqueValueAudit<UserStore.User> audit = default!;
            protected Microsoft.AspNetCore.Builder.WebApplicationBuilder builder = default!;
            protected string? checkpoint = default!;
            protected Microsoft.Extensions.Configuration.IConfiguration configuration = default!;
            protected string dataFolder = default!;
            protected UserStore.Replication.UserChangeDispatcher<UserStore.User> dispatcher = default!;
            protected System.IO.Stream lambdaEvent = default!;
            protected System.IO.Stream lambdaResponse = default!;
            protected IMailbox mailbox = default!;
            protected UserStore.IUserStore<Member> members = default!;
            protected byte[] newKey = default!;
            protected AppUser[] newUsers = default!;
            protected byte[] oldKey = default!;
            protected UserStore.Migrations.MigrationOptions options = default!;
            protected System.Collections.Generic.Dictionary<int, string?> positions = default!;
            protected string prefix = default!;
            protected System.IServiceProvider provider = default!;
            protected Microsoft.Extensions.DependencyInjection.IServiceCollection services = default!;
            protected UserStore.IUserStore<AppUser> store = default!;
            protected UserStore.User user = default!;
            protected string userId = default!;
            protected string[] userIds = default!;
            protected UserStore.IUserStore users = default!;
            protected UserStore.IUserBatchWriter<AppUser> writer = default!;

            protected static Amazon.DynamoDBv2.Model.CreateTableRequest ArchiveTable(UserStore.Migrations.MigrationContext context) => default!;

            protected static System.Threading.Tasks.ValueTask KeepForLaterAsync(AppUser? user) => default;
        }

        """;

    // Types of the reader, or of another page. A page that declares one uses its own.
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["Address"] = "public sealed class Address { public string? Street { get; set; } }",
        ["AppUser"] = """
            public record AppUser : UserStore.User
            {
                [Amazon.DynamoDBv2.DataModel.DynamoDBProperty("city")]
                public string? City { get; init; }

                [Amazon.DynamoDBv2.DataModel.DynamoDBProperty("logins")]
                public long Logins { get; init; }
            }
            """,
        ["IMailbox"] = """
            public interface IMailbox
            {
                System.Threading.Tasks.Task SendOnceAsync(string messageId, string? email, System.Threading.CancellationToken cancellationToken);
            }
            """,
        ["Mailbox"] = "public abstract class Mailbox : IMailbox { public abstract System.Threading.Tasks.Task SendOnceAsync(string messageId, string? email, "
            + "System.Threading.CancellationToken cancellationToken); }",
        ["Member"] = """
            public record Member
            {
                public string? Tenant { get; init; }
                public int Number { get; init; }
                public string? Id { get; init; }
                public HashSet<string>? Logins { get; init; }
                public HashSet<string>? Roles { get; init; }
                public string? Kind { get; init; }
                public string? UserName { get; init; }
                public long? Version { get; init; }
            }
            """,
        ["TravellingUser"] = """
            public record TravellingUser : UserStore.User
            {
                public Address? Address { get; init; }
                public List<int> Visits { get; init; } = [];
            }
            """,
        ["Welcome"] = """
            public abstract class Welcome(IMailbox mailbox) : UserStore.Replication.IUserChangeHandler<UserStore.User>
            {
                public abstract System.Threading.Tasks.Task HandleAsync(
                    UserStore.Replication.UserChange<UserStore.User> change, System.Threading.CancellationToken cancellationToken = default);
            }
            """,
    };

    /// <summary>Returns the frame of a page that declares the given types.</summary>
    public static string SourceFor(IEnumerable<string> declared)
        => Source + string.Join('\n', Types.Where(type => !declared.Contains(type.Key)).Select(type => type.Value));

    /// <summary>Returns the other members that a class needs that has the given members.</summary>
    public static string MembersFor(string members)
        => members.Contains("nameof(Tenant)", StringComparison.Ordinal) && !members.Contains(" Tenant ", StringComparison.Ordinal)
            ? "public string? Tenant { get; set; }"
            : "";
}
