using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>A table that a request needs, by its name in DynamoDB.</summary>
internal class NamedTable(string tableName)
{
    public string TableName => tableName;

    /// <summary>Returns how a table that exists differs from what is needed, or null.</summary>
    public virtual UserStoreSchemaException? Difference(TableDescription table, Exception? cause = null) => null;
}

/// <summary>An attribute that is a key of a table or index.</summary>
internal sealed record KeyAttribute(string AttributeName, ScalarAttributeType AttributeType)
{
    public static KeyAttribute Of(MappedProperty property) => new(
        property.AttributeName, property.KeyKind() == ScalarKind.Number ? ScalarAttributeType.N : ScalarAttributeType.S);
}
