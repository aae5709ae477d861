using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Tables;

/// <summary>Represents a setting of a table, or of one of its indexes, that the options require and that <c>UpdateTable</c> changes.</summary>
/// <param name="IndexName">The index; null if the setting is that of the table.</param>
/// <param name="FindProblem">Returns how an existing table differs, as the rest of a sentence about it; null if it does not.</param>
/// <param name="ToChange">Creates the request that changes nothing but this setting of a table, from its name and its description.</param>
internal sealed record TableSetting(
    string? IndexName, Func<TableDescription, string?> FindProblem, Func<string, TableDescription, UpdateTableRequest> ToChange)
{
    /// <summary>Gets the function that returns whether a table cannot have the setting, whatever is requested.</summary>
    public Func<TableDescription, bool> IsImpossible { get; init; } = static _ => false;

    /// <summary>Returns how an existing table differs, or null.</summary>
    public UserStoreSchemaException? DifferenceOf(string tableName, TableDescription table)
        => FindProblem(table) is { } problem ? new UserStoreSchemaException(tableName, IndexName, problem) : null;
}
