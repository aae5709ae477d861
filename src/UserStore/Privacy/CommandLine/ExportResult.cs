using System.Text;
using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Represents what is stored of a user.</summary>
internal sealed class ExportResult(byte[] utf8Json) : CommandResult
{
    public override void WriteText(TextWriter writer) => writer.WriteLine(Encoding.UTF8.GetString(utf8Json));

    public override void WriteJson(Utf8JsonWriter json)
    {
        json.WritePropertyName("export");
        json.WriteRawValue(utf8Json);
    }
}
