using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>Represents a table of a request by its name in DynamoDB.</summary>
internal class NamedTable(string tableName)
{
    public string TableName => tableName;

    /// <summary>Returns how an existing table differs from its definition, or null.</summary>
    public virtual UserStoreSchemaException? Difference(TableDescription table, Exception? cause = null) => null;
}

/// <summary>Represents a key attribute of a table or index.</summary>
internal sealed record KeyAttribute(string AttributeName, ScalarAttributeType AttributeType)
{
    public static KeyAttribute Of(MappedProperty property) => new(
        property.AttributeName, property.KeyKind() == ScalarKind.Number ? ScalarAttributeType.N : ScalarAttributeType.S);
}
