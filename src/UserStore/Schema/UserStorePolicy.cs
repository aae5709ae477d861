using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using UserStore.DynamoDb.Tables;

namespace UserStore.Schema;

/// <summary>Creates IAM policies that allow what the library does, and nothing else.</summary>
public static class UserStorePolicy
{
    private const int AccountIdLength = 12;

    private static readonly string[] Partitions = ["aws", "aws-cn", "aws-us-gov"];

    /// <summary>Returns the policy document of a role.</summary>
    /// <param name="schema">The tables of the store.</param>
    /// <param name="role">The role of the principal.</param>
    /// <param name="options">The location of the tables, and the parts that are used.</param>
    /// <returns>The document as indented JSON, with a statement for each table, and one for its indexes and stream where they are used. All
    /// resources are named in full, except for the label of a stream, which DynamoDB chooses, and for <c>ListStreams</c>, which IAM cannot
    /// restrict to a resource.</returns>
    /// <exception cref="ArgumentException">An option is missing or malformed; the message names it and the allowed values.</exception>
    /// <remarks>Sends no request. A transaction requires the permissions of its actions and no further one. A table that is encrypted with a
    /// customer-managed key also requires permissions for that key. Requests that a service's own migrations send to other tables are not
    /// covered.</remarks>
    public static string Create(UserStoreSchema schema, UserStoreRole role, UserStorePolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        if (Problem(role, options) is { } problem)
            throw new ArgumentException(problem, nameof(options));
        return Write(new PolicyStatements(schema, options).For(role));
    }

    private static string? Problem(UserStoreRole role, UserStorePolicyOptions options)
    {
        if (!Enum.IsDefined(role))
            return $"The role is '{role}', but must be one of {string.Join(", ", Enum.GetNames<UserStoreRole>())}.";
        if (options.AccountId is not { Length: AccountIdLength } || !options.AccountId.All(char.IsAsciiDigit))
            return $"AccountId is '{options.AccountId}', but must be {AccountIdLength} digits.";
        if (options.Region is null || !ResourceName.IsRegion(options.Region))
            return $"Region is '{options.Region}', but must be the name of an AWS region, such as 'eu-central-1'.";
        if (!Partitions.Contains(options.Partition))
            return $"Partition is '{options.Partition}', but must be one of {string.Join(", ", Partitions)}.";
        if (options.ImportedTables.FirstOrDefault(name => !ResourceName.IsValid(name)) is { } table)
            return $"ImportedTables has '{table}', but a table's name must have {ResourceName.Rule}.";
        if (role == UserStoreRole.Migrations && options.Migrations is null)
            return "Migrations is null, but the role Migrations needs the tables of the migrations.";
        return role == UserStoreRole.Replication && options.Replications.Count == 0 && !options.ReservationCleanup
            ? "Replications is empty, but the role Replication needs at least one."
            : null;
    }

    private static string Write(IEnumerable<PolicyStatement> statements)
    {
        using var text = new MemoryStream();
        // The document is written to files and consoles, not to web pages.
        var format = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(text, format))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            foreach (PolicyStatement statement in statements)
            {
                json.WriteStartObject();
                json.WriteString("Sid", statement.Sid);
                json.WriteString("Effect", "Allow");
                WriteArray(json, "Action", statement.Actions.Select(action => $"dynamodb:{action}"));
                WriteArray(json, "Resource", statement.Resources);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
