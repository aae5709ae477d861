using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Compliance.Classification;
using UserStore.Modeling;

namespace UserStore.Privacy.Places;

/// <summary>Writes what is stored of a user as JSON.</summary>
internal static class UserExport
{
    /// <returns>False if there are no items; then nothing is written.</returns>
    public static async Task<bool> WriteAsync(
        Stream utf8Json, UserModel model, IAsyncEnumerable<HeldItem> items, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Utf8JsonWriter? writer = null;
        try
        {
            await foreach (HeldItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                writer ??= Begin(utf8Json, now);
                Write(writer, model, item);
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            if (writer is null)
                return false;
            writer.WriteEndArray();
            writer.WriteEndObject();
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch
        {
            writer?.Reset(); // so that nothing is written to a stream that failed
            throw;
        }
        finally
        {
            if (writer is not null)
                await writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Utf8JsonWriter Begin(Stream utf8Json, DateTimeOffset now)
    {
        var writer = new Utf8JsonWriter(utf8Json, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("exportedAt", InstantConverter.ToText(now));
        writer.WriteStartArray("items");
        return writer;
    }

    private static void Write(Utf8JsonWriter writer, UserModel model, HeldItem item)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(item.Kind.ToString()));
        writer.WriteString("table", item.TableName);
        writer.WritePropertyName("attributes");
        Write(writer, item.Item);
        if (item.ErasedAttributes.Count > 0)
        {
            writer.WriteStartArray("erasedAttributes");
            foreach (string name in item.ErasedAttributes.Order(StringComparer.Ordinal))
                writer.WriteStringValue(name);
            writer.WriteEndArray();
        }

        if (item.Kind == UserDataKind.User)
            WriteClassifications(writer, model, item.Item);
        writer.WriteEndObject();
    }

    // Of the attributes that the type has and somebody classified.
    private static void WriteClassifications(Utf8JsonWriter writer, UserModel model, Dictionary<string, AttributeValue> item)
    {
        writer.WriteStartObject("classifications");
        foreach (MappedProperty property in model.Properties.Where(property => item.ContainsKey(property.AttributeName))
            .OrderBy(property => property.AttributeName, StringComparer.Ordinal))
        {
            DataClassification[] classifications = [.. model.ClassificationsOf(property).Where(one => one.TaxonomyName.Length > 0)];
            if (classifications.Length == 0)
                continue;
            writer.WriteStartArray(property.AttributeName);
            foreach (DataClassification classification in classifications)
                writer.WriteStringValue(classification.ToString());
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Dictionary<string, AttributeValue> attributes)
    {
        writer.WriteStartObject();
        foreach ((string name, AttributeValue value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    // As a person reads it: without the types of DynamoDB. A number keeps all of its up to 38 digits.
    private static void Write(Utf8JsonWriter writer, AttributeValue value)
    {
        switch (value)
        {
            case { S: { } text }:
                writer.WriteStringValue(text);
                break;
            case { N: { } number }:
                writer.WriteRawValue(number);
                break;
            case { BOOL: { } flag }:
                writer.WriteBooleanValue(flag);
                break;
            case { B: { } bytes }:
                writer.WriteBase64StringValue(bytes.ToArray());
                break;
            case { M: { } map }:
                Write(writer, map);
                break;
            case { L: { } list }:
                WriteArray(writer, list, element => Write(writer, element));
                break;
            case { SS: { } texts }:
                WriteArray(writer, texts, writer.WriteStringValue);
                break;
            case { NS: { } numbers }:
                WriteArray(writer, numbers, number => writer.WriteRawValue(number));
                break;
            case { BS: { } set }:
                WriteArray(writer, set, bytes => writer.WriteBase64StringValue(bytes.ToArray()));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, List<T> values, Action<T> write)
    {
        writer.WriteStartArray();
        values.ForEach(write);
        writer.WriteEndArray();
    }
}
