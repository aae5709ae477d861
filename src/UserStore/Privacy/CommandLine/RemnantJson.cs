using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Writes what is left of erased users. The keys of items can be personal data, and are written only where someone must still delete them.</summary>
internal static class RemnantJson
{
    public static CommandResult ToResult(IAsyncEnumerable<UserRemnant> remnants) => new ListResult<UserRemnant>(
        "remnants", remnants, ToLine, Write, static erased => erased switch
        {
            0 => "Nothing is left of erased users.",
            1 => "1 item was left of erased users. It is erased.",
            _ => $"{erased} items were left of erased users. They are erased.",
        });

    private static string ToLine(UserRemnant remnant)
        => $"{remnant.Kind} in {remnant.TableName}: {(remnant.IsErased ? "erased" : remnant.ItemKey)}";

    private static void Write(Utf8JsonWriter json, UserRemnant remnant)
    {
        json.WriteStartObject();
        json.WriteString("userHash", remnant.UserHash);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName($"{remnant.Kind}"));
        json.WriteString("tableName", remnant.TableName);
        if (!remnant.IsErased)
            json.WriteString("itemKey", remnant.ItemKey);
        json.WriteBoolean("isErased", remnant.IsErased);
        json.WriteEndObject();
    }
}
