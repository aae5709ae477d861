using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>The commands of <c>migrate</c>.</summary>
internal sealed class MigrationCommandSet() : CommandSet("migrate", "Applies, undoes and inspects the migrations of this service.", MigrationCommandTable.All)
{
    public override Command Default => MigrationCommandTable.Up;

    public override string StoresName => "Stores with migrations";

    public override (string Type, string Message) NoStores => ("NoMigrations", "No store of this service has migrations. Call AddMigrations.");

    public override void WriteDetails(Utf8JsonWriter json, Exception? exception)
    {
        json.WriteString("migrationId", (exception as MigrationException)?.MigrationId);
        if (exception is not MigrationPlanException rejected)
            return;
        json.WriteString("reason", $"{rejected.Error}");
        StatusJson.WriteStrings(json, "migrationIds", rejected.MigrationIds);
    }

    public override IEnumerable<string> RemediesOf(Exception exception)
        => exception is MigrationDirtyException { MigrationId: { } id } ? StatusResult.RepairsOf(id) : [];
}
